/**
 * Sign-in codes for a deployment without an identity provider: printed where the server runs, typed into the sign-in page.
 * 60 bits; 15 minutes; one use; five tries. Only the first four characters, which select the code, are kept in clear.
 */
import type { OwnerId } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { hashToken } from '../../shared/hash.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { User } from '../ports.ts'

const lifetimeSeconds = 900
/** For people. */
export const codeLifetimeMinutes = lifetimeSeconds / 60
const tries = 5

/** Crockford's base 32: no letter that reads like a digit, and no U, so that no word comes out that one would not print. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 12
const selectorLength = 4

type CodeDependencies = { readonly stores: Pick<OidcDependencies['stores'], 'consoleCodes'> }

export interface IssuedConsoleCode {
  /** As it is shown: `7H2K-9QX4-M3TB`. */
  readonly code: string
  readonly lifetimeMinutes: number
}

/** Makes a code for a person. */
export async function issueConsoleCode(
  { stores, random, clock }: CodeDependencies & Pick<OidcDependencies, 'random' | 'clock'>,
  ownerId: OwnerId,
): Promise<IssuedConsoleCode> {
  const code = Array.from(random.bytes(length), (byte) => alphabet.charAt(byte & 31)).join('')
  const expiresAt = unixSeconds(clock) + lifetimeSeconds
  await stores.consoleCodes.create({ ...kept(code), ownerId, triesLeft: tries, expiresAt })
  return { code: (code.match(/.{4}/g) ?? []).join('-'), lifetimeMinutes: codeLifetimeMinutes }
}

/**
 * Spends a code as a person typed it, and gives the person; undefined when it is not, or no longer, one. Whoever was removed and
 * added again has the same `sub`: a code that was printed before is not theirs any more.
 */
export async function redeemConsoleCode(
  { stores }: { readonly stores: Pick<OidcDependencies['stores'], 'consoleCodes' | 'users'> },
  typed: string,
): Promise<User | undefined> {
  const code = readTyped(typed)
  if (code === undefined) return undefined
  const { selector, hash } = kept(code)
  const redeemed = await stores.consoleCodes.redeem(selector, hash)
  const user = redeemed && (await stores.users.find(redeemed.ownerId))
  if (redeemed === undefined || user === undefined) return undefined
  return redeemed.expiresAt - lifetimeSeconds < user.createdAt ? undefined : user
}

/** Small letters, spaces and dashes are forgiven; O, I, L and U are read as what they were meant to be. */
function readTyped(typed: string): string | undefined {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}._]/gu, '')
    .replace(/[OILU]/g, (letter) => ({ O: '0', I: '1', L: '1', U: 'V' })[letter] ?? letter)
  return code.length === length && [...code].every((character) => alphabet.includes(character)) ? code : undefined
}

const kept = (code: string) => ({ selector: code.slice(0, selectorLength), hash: hashToken(code) })
