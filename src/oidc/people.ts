/** The operator's side of sign-in: who may use a printed code, and which accounts are whose. For the command line; knows no HTTP. */
import type { OwnerId } from '../shared/brand.ts'
import { unixSeconds } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import { oneByOne } from '../shared/portions.ts'
import type { OidcDependencies } from './dependencies.ts'
import { endAll } from './grants/end.ts'
import type { Identity, User } from './ports.ts'
import { deriveOwnerId, ensureConsoleUser } from './signin/account.ts'
import { type IssuedConsoleCode, issueConsoleCode } from './signin/console-code.ts'
import { consoleIdentity, ownerName } from './signin/console-identity.ts'

export interface People {
  /** A fresh code for the person called `name`; for the owner without one. Throws `Fault('not_found')` for a name nobody was added under. */
  issueCode(name?: string): Promise<IssuedConsoleCode>
  /** Throws `Fault('conflict')` when there is one already, `Fault('invalid')` for a name that cannot be one. */
  add(name: string): Promise<void>
  /**
   * Ends every grant of a person, named or by their `sub`, and takes their sign-in away. Their memories stay until they are
   * deleted. Gives their id. Throws `Fault('not_found')`.
   */
  remove(person: string): Promise<OwnerId>
  /**
   * Lets a person, named or by their `sub`, sign in with one more account and keep their memories. Throws `Fault('not_found')` for
   * nobody, `Fault('conflict')` when the account is someone else's, `Fault('invalid')` for what cannot be one.
   */
  link(person: string, account: Identity): Promise<void>
  /** Everybody, in order of id. */
  list(): AsyncIterable<User>
}

const acceptableName = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u

/** An account elsewhere: a subject has 1 to 255 ASCII characters (OpenID Connect Core section 2). */
function checkAccount({ provider, subject }: Identity, command: string): void {
  if (provider !== 'google' && !(URL.canParse(provider) && /^https?:$/.test(new URL(provider).protocol)))
    throw new Fault('invalid', 'The provider is google, or the address of another issuer.', { field: 'provider' })
  if (!/^[\x21-\x7e]{1,255}$/.test(subject) || subject.includes('@'))
    throw new Fault(
      'invalid',
      `An account is named by its subject, as "${command} users list" and the provider show it, not by an address.`,
      { field: 'subject' },
    )
}

type PeopleDependencies = Pick<OidcDependencies, 'clock' | 'random' | 'feed' | 'settings'> & {
  readonly stores: Pick<OidcDependencies['stores'], 'users' | 'consoleCodes' | 'grants' | 'refreshTokens'>
}

export function createPeople(dependencies: PeopleDependencies): People {
  const {
    stores,
    clock,
    settings: { command },
  } = dependencies
  const find = async (name: string): Promise<User> => {
    const user = await stores.users.findByIdentity(consoleIdentity(name))
    if (user === undefined) {
      throw new Fault(
        'not_found',
        `Nobody is called "${name}". "${command} users list" shows everybody, "${command} users add NAME" adds one.`,
      )
    }
    return user
  }
  const findPerson = async (person: string): Promise<User> =>
    (await stores.users.find(person as OwnerId)) ?? (await find(person))
  const endGrants = ({ id }: User): Promise<void> => endAll(() => stores.grants.list(id), dependencies)
  return {
    async issueCode(name = ownerName) {
      const user = name === ownerName ? await ensureConsoleUser(ownerName, dependencies) : await find(name)
      return issueConsoleCode(dependencies, user.id)
    },
    async add(name) {
      if (!acceptableName.test(name)) {
        throw new Fault(
          'invalid',
          'A name has 1 to 64 letters, digits, spaces or . _ @ - and begins with a letter or digit.',
        )
      }
      const identity = consoleIdentity(name)
      if ((await stores.users.findByIdentity(identity)) !== undefined)
        throw new Fault(
          'conflict',
          `"${name}" exists already. A code to sign in with: ${command} code --user "${name}"`,
        )
      const now = unixSeconds(clock)
      await stores.users.create({
        id: deriveOwnerId(identity),
        name,
        identities: [identity],
        createdAt: now,
        updatedAt: now,
      })
    },
    async link(person, account) {
      checkAccount(account, command)
      const user = await findPerson(person)
      const holder = await stores.users.findByIdentity(account)
      if (holder !== undefined && holder.id !== user.id) {
        throw new Fault(
          'conflict',
          `This account has signed in as a person of its own, ${holder.id}. Remove that one first (their memories stay under that id): ${command} users remove ${holder.id}`,
        )
      }
      await stores.users.link(user.id, account)
    },
    async remove(person) {
      const user = await findPerson(person)
      await endGrants(user)
      await stores.users.delete(user.id)
      // What was allowed in the moment before: from now on nothing more can be.
      await endGrants(user)
      return user.id
    },
    list: () => oneByOne(stores.users.list),
  }
}
