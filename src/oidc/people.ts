/** The operator's side of sign-in: who may use a printed code. For the command line; knows no HTTP. */
import { unixSeconds } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import type { OidcDependencies } from './dependencies.ts'
import { endGrant } from './grants/end.ts'
import type { User } from './ports.ts'
import { deriveOwnerId, ensureConsoleUser } from './signin/account.ts'
import { issueConsoleCode } from './signin/console-code.ts'

export interface People {
  /** A fresh code for the person called `name`; for the owner without one. Throws `Fault('not_found')` for a name nobody was added under. */
  issueCode(name?: string): Promise<{ readonly code: string; readonly expiresAt: number }>
  /** Throws `Fault('conflict')` when there is one already, `Fault('invalid')` for a name that cannot be one. */
  add(name: string): Promise<void>
  /** Ends every grant of a person and takes their sign-in away. Their memories stay until they are deleted. */
  remove(name: string): Promise<void>
  list(): Promise<readonly { readonly name: string; readonly identities: readonly string[] }[]>
}

const owner = 'owner'
const acceptableName = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u
const mostPeople = 1_000

type PeopleDependencies = Pick<OidcDependencies, 'clock' | 'random' | 'feed' | 'settings'> & {
  readonly stores: Pick<OidcDependencies['stores'], 'users' | 'consoleCodes' | 'grants' | 'refreshTokens'>
}

export function createPeople(dependencies: PeopleDependencies): People {
  const { stores, clock } = dependencies
  const find = async (name: string): Promise<User> => {
    const user = await stores.users.findByIdentity({ provider: 'console', subject: name })
    if (user === undefined) {
      throw new Fault('not_found', `Nobody is called "${name}". Add them first: souvenir users add ${name}`)
    }
    return user
  }
  const endGrants = async ({ id }: User): Promise<void> => {
    for (const grant of await stores.grants.list(id)) await endGrant(grant, dependencies)
  }
  return {
    async issueCode(name = owner) {
      const user = name === owner ? await ensureConsoleUser(owner, dependencies) : await find(name)
      return issueConsoleCode(dependencies, user.id)
    },
    async add(name) {
      if (!acceptableName.test(name)) {
        throw new Fault(
          'invalid',
          'A name has 1 to 64 letters, digits, spaces or . _ @ - and begins with a letter or digit.',
        )
      }
      const identity = { provider: 'console', subject: name }
      const now = unixSeconds(clock)
      await stores.users.create({
        id: deriveOwnerId(identity),
        name,
        identities: [identity],
        createdAt: now,
        updatedAt: now,
      })
    },
    async remove(name) {
      const user = await find(name)
      await endGrants(user)
      await stores.users.delete(user.id)
      // What was allowed in the moment before: from now on nothing more can be.
      await endGrants(user)
    },
    async list() {
      const users = await stores.users.list(mostPeople)
      return users.map(({ name, identities }) => ({ name, identities: identities.map(({ provider }) => provider) }))
    },
  }
}
