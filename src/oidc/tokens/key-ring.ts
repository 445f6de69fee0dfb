/**
 * The signing keys: RSA, RS256, in three states. `next` is published so that verifiers know it before it signs; `current`
 * signs; `retired` stays published until the last token it signed has expired. Where the keys are kept (mounted, a folder,
 * Redis) is the KeyStore's business. issue.ts signs with it, jwks.ts and this process's own verifier read what it publishes, and the
 * command line rotates it and adds to it.
 *
 * Signing uses node:crypto with a callback: it runs on the thread pool (twice the throughput of the event loop on two
 * cores) and costs a tenth less processor time than jose's WebCrypto path.
 */
import { sign as signWithCallback } from 'node:crypto'
import { type Clock, unixSeconds } from '../../shared/clock.ts'
import { Finding } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'
import { jwksMaxAgeSeconds } from '../jwks.ts'
import type { KeyRing, KeyStore, StoredKey } from '../ports.ts'
import { has, inOrder, type MakeKey, makeKey, missing, rotated, signerIndex, withAdded } from './ring.ts'
import { exported, openKey, type SigningKey } from './signing-key.ts'

/** How long a process goes on with the ring it read before it looks whether another process rotated it. */
const reloadAfterSeconds = 10

/** Another process that changes the ring at the same time is waited for so often. */
const mostAttempts = 5

export interface KeyRingOptions {
  readonly store: KeyStore
  readonly clock: Clock
  /** The longest life of a token signed here: a retired key is published that long, and a JWKS cache longer. */
  readonly tokenTtlSeconds: number
  /** Called when another key signs than before, whichever process rotated the ring. */
  readonly onRotated?: (kid: string) => void
  /** Called with why once the keys cannot be read any more, while the ring goes on with those that it read before. */
  readonly onUnreadable?: (fault: Fault) => void
  /** How a key is made; `makeKey` unless it is given. */
  readonly make?: MakeKey
}

interface Ring {
  readonly stored: readonly StoredKey[]
  readonly keys: readonly SigningKey[]
  readonly readAtMs: number
}

/** A key as it is kept. Whoever asks, one that cannot be opened is ours to mend. Throws `Fault('unavailable')`. */
function openKept({ privateKeyPem, state }: StoredKey): SigningKey {
  try {
    return openKey(privateKeyPem)
  } catch (error) {
    const cause = error instanceof Fault ? new Finding(`the ${state} key: ${error.message}`) : error
    throw new Fault('unavailable', 'A signing key is damaged where it is kept.', { code: 'key_damaged', cause })
  }
}

/**
 * Opens no key and makes none: the first `sign` or `publicKeys` does, once, so that start-up does not wait for it.
 * Throws `Fault('unavailable')` from its methods while the keys cannot be read and none were read before.
 */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { store, clock, tokenTtlSeconds, onRotated, onUnreadable, make = makeKey } = options
  const overlapSeconds = jwksMaxAgeSeconds + tokenTtlSeconds + reloadAfterSeconds
  const opened = new Map<string, SigningKey>()
  let ring: Ring | undefined
  let reading: Promise<Ring> | undefined
  let isUnreadable = false

  /** The ring as another process may have left it, read at most every `reloadAfterSeconds`; concurrent callers share one read. */
  async function currentRing(): Promise<Ring> {
    if (ring !== undefined && clock.now() - ring.readAtMs < reloadAfterSeconds * 1000) return ring
    reading ??= read().finally(() => {
      reading = undefined
    })
    try {
      return await reading
    } catch (cause) {
      const fault =
        cause instanceof Fault
          ? cause
          : new Fault('unavailable', 'The signing keys cannot be read at the moment.', { cause })
      if (ring === undefined) throw fault
      if (!isUnreadable) onUnreadable?.(fault)
      isUnreadable = true
      return ring
    }
  }

  async function read(): Promise<Ring> {
    const stored = await store.load()
    if (!store.writable || (has(stored, 'current') && has(stored, 'next'))) return adopt(stored)
    return write(async (kept) => [...kept, ...(await missing(kept, unixSeconds(clock), make))])
  }

  function adopt(stored: readonly StoredKey[]): Ring {
    const keys = stored.map((kept) => {
      const known = opened.get(kept.kid) ?? openKept(kept)
      opened.set(kept.kid, known)
      return known
    })
    if (!has(stored, 'current')) throw new Fault('unavailable', 'There is no signing key.')
    const before = ring?.stored.find(({ state }) => state === 'current')?.kid
    const current = stored.find(({ state }) => state === 'current')?.kid
    if (before !== undefined && current !== undefined && current !== before) onRotated?.(current)
    ring = { stored, keys, readAtMs: clock.now() }
    isUnreadable = false
    return ring
  }

  /** Writes what `change` makes of the ring; when another process was faster, begins again from what it wrote. */
  async function write(change: (kept: readonly StoredKey[]) => Promise<readonly StoredKey[]>): Promise<Ring> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const kept = await store.load()
      const changed = await change(kept)
      if (changed === kept || (await store.save(changed, kept))) return adopt(changed)
    }
    throw new Fault('unavailable', 'The signing keys are being changed by another process. Try again.')
  }

  function assertWritable(): void {
    if (store.writable) return
    throw new Fault(
      'conflict',
      'The signing keys are mounted: put the new one in OIDC_NEXT_PRIVATE_KEY_FILE, then swap.',
    )
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
      assertWritable()
      await currentRing()
      await write(async (kept) => rotated(kept, await make('next', unixSeconds(clock)), overlapSeconds))
    },

    async add(pem) {
      assertWritable()
      const { publicJwk, privateKey } = openKey(pem)
      const added = { kid: publicJwk.kid, privateKeyPem: exported(privateKey) }
      const { stored } = await write(async (kept) => withAdded(kept, added, unixSeconds(clock)))
      return stored.find(({ kid }) => kid === added.kid)?.state === 'current' ? 'current' : 'next'
    },
  }
}

const base64url = (text: string) => Buffer.from(text, 'utf8').toString('base64url')

/** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3), off the event loop. */
const signRs256 = (input: string, { privateKey }: SigningKey): Promise<string> =>
  new Promise((resolve, reject) => {
    signWithCallback('sha256', Buffer.from(input), privateKey, (error, signature) =>
      error === null ? resolve(signature.toString('base64url')) : reject(error),
    )
  })
