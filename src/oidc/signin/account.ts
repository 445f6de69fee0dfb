/** From an identity to a person. `sub` is derived, so losing a store logs people out but never parts them from their memories. */
import type { OwnerId } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import { sha256 } from '../../shared/hash.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Identity, User, VerifiedIdentity } from '../ports.ts'
import { consoleIdentity } from './console-identity.ts'

type AccountDependencies = Pick<OidcDependencies, 'clock'> & {
  readonly stores: Pick<OidcDependencies['stores'], 'users'>
}

/** `sub`: stable, opaque, at most 255 ASCII characters (OpenID Connect Core section 8); here 32. */
export const deriveOwnerId = ({ provider, subject }: Identity): OwnerId =>
  sha256(`${provider}\n${subject}`).slice(0, 32) as OwnerId

/** The person whom the operator calls `name`, made where there is none. */
export async function ensureConsoleUser(name: string, { clock, stores }: AccountDependencies): Promise<User> {
  const identity = consoleIdentity(name)
  const now = unixSeconds(clock)
  return findOrCreate(
    identity,
    { id: deriveOwnerId(identity), name, identities: [identity], createdAt: now, updatedAt: now },
    stores.users,
  )
}

/** The person whom a verified identity belongs to; undefined for somebody new. */
export const findVerified = (
  { provider, subject }: VerifiedIdentity,
  { stores }: Pick<AccountDependencies, 'stores'>,
): Promise<User | undefined> => stores.users.findByIdentity({ provider, subject })

/**
 * The person behind an identity that a provider has just verified, with what it says of them now. The key is the provider's
 * subject, never the address, which can pass from one person to another.
 */
export async function signInVerified(verified: VerifiedIdentity, dependencies: AccountDependencies): Promise<User> {
  const known = await findVerified(verified, dependencies)
  if (known !== undefined) return update(known, verified, dependencies)
  const identity: Identity = { provider: verified.provider, subject: verified.subject }
  const now = unixSeconds(dependencies.clock)
  const fresh = { id: deriveOwnerId(identity), name: '', identities: [identity], createdAt: now, updatedAt: now }
  return findOrCreate(identity, profileOf(verified, fresh), dependencies.stores.users)
}

/** Gives a known person one more identity. Faults: `conflict` when it belongs to someone else. Undefined for no such person. */
export async function linkVerified(
  id: OwnerId,
  verified: VerifiedIdentity,
  dependencies: AccountDependencies,
): Promise<User | undefined> {
  const { users } = dependencies.stores
  if ((await users.find(id)) === undefined) return undefined
  await users.link(id, { provider: verified.provider, subject: verified.subject })
  const linked = await users.find(id)
  return linked === undefined ? undefined : update(linked, verified, dependencies)
}

async function update(known: User, verified: VerifiedIdentity, { stores, clock }: AccountDependencies): Promise<User> {
  const user = profileOf(verified, { ...known, updatedAt: unixSeconds(clock) })
  await stores.users.update(user)
  return user
}

/** What the provider says replaces what it said before; a fact it no longer vouches for goes. */
function profileOf(verified: VerifiedIdentity, { id, name, identities, createdAt, updatedAt }: User): User {
  const { email, emailVerified, hostedDomain, picture } = verified
  return {
    id,
    identities,
    createdAt,
    updatedAt,
    name: verified.name ?? (name === '' ? (email ?? 'You') : name),
    ...(email === undefined ? {} : { email, emailVerified }),
    ...(hostedDomain === undefined ? {} : { hostedDomain }),
    ...(picture === undefined ? {} : { picture }),
  }
}

/** Two sign-ins at once of someone new make one person. */
async function findOrCreate(
  identity: Identity,
  fresh: User,
  users: AccountDependencies['stores']['users'],
): Promise<User> {
  const known = await users.findByIdentity(identity)
  if (known !== undefined) return known
  try {
    await users.create(fresh)
    return fresh
  } catch (error) {
    const other = error instanceof Fault && error.kind === 'conflict' ? await users.findByIdentity(identity) : undefined
    if (other === undefined) throw error
    return other
  }
}
