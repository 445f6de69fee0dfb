/**
 * The signing keys: RSA, RS256, in three states. `next` is published so that verifiers know it before it signs; `current`
 * signs; `retired` stays published until the last token it signed has expired. Called by issue.ts and jwks.ts; where the
 * keys are kept (a file, a folder, Redis) is the KeyStore's business.
 *
 * Signing uses node:crypto with a callback: it runs on the thread pool (twice the throughput of the event loop on two
 * cores) and costs a tenth less processor time than jose's WebCrypto path.
 */
import { generateKeyPair, sign as signWithCallback } from 'node:crypto'
import { promisify } from 'node:util'
import { type Clock, unixSeconds } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import { jwksMaxAgeSeconds } from '../jwks.ts'
import type { KeyRing, KeyStore, StoredKey } from '../ports.ts'
import { openKey, type SigningKey } from './signing-key.ts'

/** How long a process goes on with the ring it read before it looks whether another process rotated it. */
const reloadAfterSeconds = 10

export interface KeyRingOptions {
  readonly store: KeyStore
  readonly clock: Clock
  /** The longest life of a token signed here: a retired key is published that long, and a JWKS cache longer. */
  readonly tokenTtlSeconds: number
}

interface Ring {
  readonly stored: readonly StoredKey[]
  readonly keys: readonly SigningKey[]
  readonly readAtMs: number
}

const generate = promisify(generateKeyPair)

/**
 * Opens no key and makes none: the first `sign` or `publicKeys` does, once, so that start-up does not wait for it.
 * Throws `Fault('unavailable')` from its methods while the keys cannot be read and none were read before.
 */
export function createKeyRing({ store, clock, tokenTtlSeconds }: KeyRingOptions): KeyRing {
  const overlapSeconds = jwksMaxAgeSeconds + tokenTtlSeconds + reloadAfterSeconds
  const opened = new Map<string, SigningKey>()
  let ring: Ring | undefined
  let reading: Promise<Ring> | undefined

  /** The ring as another process may have left it, read at most every `reloadAfterSeconds`; concurrent callers share one read. */
  async function currentRing(): Promise<Ring> {
    if (ring !== undefined && clock.now() - ring.readAtMs < reloadAfterSeconds * 1000) return ring
    reading ??= read().finally(() => {
      reading = undefined
    })
    try {
      return await reading
    } catch (cause) {
      if (ring !== undefined) return ring
      throw cause instanceof Fault
        ? cause
        : new Fault('unavailable', 'The signing keys cannot be read at the moment.', { cause })
    }
  }

  async function read(): Promise<Ring> {
    const stored = await store.load()
    if (!store.writable || (has(stored, 'current') && has(stored, 'next'))) return adopt(stored)
    return write(async (kept) => [...kept, ...(await missing(kept, unixSeconds(clock)))])
  }

  function adopt(stored: readonly StoredKey[]): Ring {
    const keys = stored.map((kept) => {
      const known = opened.get(kept.kid) ?? openKey(kept.privateKeyPem)
      opened.set(kept.kid, known)
      return known
    })
    if (!has(stored, 'current')) throw new Fault('unavailable', 'There is no signing key.')
    ring = { stored, keys, readAtMs: clock.now() }
    return ring
  }

  /** Writes what `change` makes of the ring; when another process was faster, begins again from what it wrote. */
  async function write(change: (kept: readonly StoredKey[]) => Promise<readonly StoredKey[]>): Promise<Ring> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const kept = await store.load()
      const changed = await change(kept)
      if (changed === kept || (await store.save(changed, kept))) return adopt(changed)
    }
    throw new Fault('unavailable', 'The signing keys are being changed by another process. Try again.')
  }

  return {
    async sign(claims, typ) {
      const { stored, keys } = await currentRing()
      const key = keys[signerIndex(stored, unixSeconds(clock))]
      if (key === undefined) throw new Fault('unavailable', 'There is no signing key.')
      const input = `${typ === 'JWT' ? key.idTokenHeader : key.accessTokenHeader}.${base64url(JSON.stringify(claims))}`
      return `${input}.${await signRs256(input, key)}`
    },

    async publicKeys() {
      const { stored, keys } = await currentRing()
      return inOrder(stored).flatMap((index) => keys[index]?.publicJwk ?? [])
    },

    async rotate() {
      if (!store.writable) {
        throw new Fault(
          'conflict',
          'The signing keys are mounted: put the new one in OIDC_NEXT_PRIVATE_KEY_FILE, then swap.',
        )
      }
      await currentRing()
      await write(async (kept) => rotated(kept, await makeKey('next', unixSeconds(clock)), unixSeconds(clock)))
    },
  }

  /**
   * `next` begins to sign only when it has been published for as long as a verifier may cache the key set, so that a ring
   * rotated twice in a row still signs with nothing a verifier has not seen: `since` may lie in the future, and a third
   * rotation waits for it.
   */
  function rotated(kept: readonly StoredKey[], fresh: StoredKey, now: number): readonly StoredKey[] {
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
}

/** Which key signs now: the current one, or the last retired while the current one is not yet known everywhere. */
function signerIndex(stored: readonly StoredKey[], now: number): number {
  const current = stored.findIndex(({ state, since }) => state === 'current' && since <= now)
  if (current >= 0) return current
  const stillSigning = stored.findIndex(({ state, since }) => state === 'retired' && since > now)
  return stillSigning >= 0 ? stillSigning : stored.findIndex(({ state }) => state === 'current')
}

const order = { next: 0, current: 1, retired: 2 } as const

const inOrder = (stored: readonly StoredKey[]): readonly number[] =>
  stored
    .map((key, index) => ({ rank: order[key.state], index }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ index }) => index)

const has = (stored: readonly StoredKey[], state: StoredKey['state']) => stored.some((key) => key.state === state)

/** The keys a ring lacks. A first `next` counts as published from the start: nobody has cached a set without it. */
async function missing(kept: readonly StoredKey[], now: number): Promise<readonly StoredKey[]> {
  const states = (['next', 'current'] as const).filter((state) => !has(kept, state))
  return Promise.all(states.map((state) => makeKey(state, kept.length === 0 ? now - jwksMaxAgeSeconds : now)))
}

async function makeKey(state: StoredKey['state'], since: number): Promise<StoredKey> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 })
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { kid: openKey(privateKeyPem).publicJwk.kid, privateKeyPem, state, since }
}

const base64url = (text: string) => Buffer.from(text, 'utf8').toString('base64url')

/** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3), off the event loop. */
const signRs256 = (input: string, { privateKey }: SigningKey): Promise<string> =>
  new Promise((resolve, reject) => {
    signWithCallback('sha256', Buffer.from(input), privateKey, (error, signature) =>
      error === null ? resolve(signature.toString('base64url')) : reject(error),
    )
  })
