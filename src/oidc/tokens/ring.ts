/** What becomes of a ring of keys: pure but for the making of a key. A ring has one `next`, one `current` and any number of retired keys. */
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { Fault } from '../../shared/fault.ts'
import { jwksMaxAgeSeconds } from '../jwks.ts'
import type { StoredKey } from '../ports.ts'
import { exported, openKey } from './signing-key.ts'

const generate = promisify(generateKeyPair)

/**
 * `next` begins to sign only when it has been published for as long as a verifier may cache the key set, so that a ring
 * rotated twice in a row still signs with nothing a verifier has not seen: `since` may lie in the future, and a third
 * rotation waits for it. `fresh` is the new `next`, made now; a retired key goes `overlapSeconds` after its time.
 * Throws `Fault('conflict')`.
 */
export function rotated(kept: readonly StoredKey[], fresh: StoredKey, overlapSeconds: number): readonly StoredKey[] {
  const now = fresh.since
  const pending = kept.find(({ state, since }) => state === 'current' && since > now)
  if (pending !== undefined) {
    const waitSeconds = pending.since - now
    throw new Fault('conflict', `The last rotation takes effect in ${waitSeconds} s; rotate again after that.`, {
      retryAfterSeconds: waitSeconds,
    })
  }
  const next = kept.find(({ state }) => state === 'next')
  if (next === undefined) return [...kept, fresh]
  const signsFrom = Math.max(now, next.since + jwksMaxAgeSeconds)
  return [
    fresh,
    { ...next, state: 'current', since: signsFrom },
    ...kept.flatMap((key): readonly StoredKey[] => {
      if (key.state === 'current') return [{ ...key, state: 'retired', since: signsFrom }]
      return key.state === 'retired' && key.since + overlapSeconds > now ? [key] : []
    }),
  ]
}

/**
 * A key that was made elsewhere. In an empty ring it signs at once: nobody has cached a key set without it. In any other it takes
 * the place of the `next` key, which has signed nothing, and signs after the next rotation. Throws `Fault('conflict')`.
 */
export function withAdded(
  kept: readonly StoredKey[],
  added: Pick<StoredKey, 'kid' | 'privateKeyPem'>,
  now: number,
): readonly StoredKey[] {
  const known = kept.find(({ kid }) => kid === added.kid)
  if (known !== undefined) throw new Fault('conflict', `This key is in the ring already, as ${known.state}.`)
  if (kept.length === 0) return [{ ...added, state: 'current', since: now - jwksMaxAgeSeconds }]
  return [{ ...added, state: 'next', since: now }, ...kept.filter(({ state }) => state !== 'next')]
}

/** Which key signs now: the current one, or the last retired while the current one is not yet known everywhere. */
export function signerIndex(stored: readonly StoredKey[], now: number): number {
  const current = stored.findIndex(({ state, since }) => state === 'current' && since <= now)
  if (current >= 0) return current
  const stillSigning = stored.findIndex(({ state, since }) => state === 'retired' && since > now)
  return stillSigning >= 0 ? stillSigning : stored.findIndex(({ state }) => state === 'current')
}

const order = { next: 0, current: 1, retired: 2 } as const

/** Places of the keys as they follow one another: next, current, retired. */
export const inOrder = (stored: readonly StoredKey[]): readonly number[] =>
  stored
    .map((key, index) => ({ rank: order[key.state], index }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ index }) => index)

/** Whether the ring has a key in this state. */
export const has = (stored: readonly StoredKey[], state: StoredKey['state']) =>
  stored.some((key) => key.state === state)

/** Whether two readings are of one ring, in one order: what a store compares before it writes (`KeyStore.save`). */
export const sameRing = (left: readonly StoredKey[], right: readonly StoredKey[]): boolean =>
  left.length === right.length && left.every((key, at) => key.kid === right[at]?.kid && key.state === right[at]?.state)

/** The keys a ring lacks. A first `next` counts as published from the start: nobody has cached a set without it. */
export async function missing(
  kept: readonly StoredKey[],
  now: number,
  make: MakeKey = makeKey,
): Promise<readonly StoredKey[]> {
  const states = (['next', 'current'] as const).filter((state) => !has(kept, state))
  return Promise.all(states.map((state) => make(state, kept.length === 0 ? now - jwksMaxAgeSeconds : now)))
}

/** Makes a key that has this state since then (Unix seconds). */
export type MakeKey = (state: StoredKey['state'], since: number) => Promise<StoredKey>

/** A new RSA key of 2048 bits. */
export const makeKey: MakeKey = async (state, since) => {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 })
  const privateKeyPem = exported(privateKey)
  return { kid: openKey(privateKeyPem).publicJwk.kid, privateKeyPem, state, since }
}
