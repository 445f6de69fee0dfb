import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTHeaderParameters } from 'jose'
import type { Clock } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import type { HealthCheck } from '../shared/health.ts'
import { readBytes } from '../shared/read-body.ts'
import { late, within } from '../shared/within.ts'

/**
 * Where the public keys of the issuer come from: this process's own ring, or the JWKS of another. Gives the one that a header names by
 * its `kid`, undefined where there is none, and throws `Fault('unavailable')` when that cannot be told now.
 */
export type KeySource = (header: JWTHeaderParameters) => Promise<CryptoKey | undefined>

const namesNone = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys

/** What the process that owns the keys publishes. */
export interface PublicKeys {
  publicKeys(): Promise<
    readonly { readonly kty: string; readonly kid: string; readonly n: string; readonly e: string }[]
  >
}

const localCacheMs = 60_000
const cooldownMs = 1_000

/** The keys of this process. Read again each minute and, at most once a second, for a `kid` that is not known. */
export function localKeys(ring: PublicKeys, clock: Clock): KeySource {
  let readAt = Number.NEGATIVE_INFINITY
  let keys: ReturnType<typeof createLocalJWKSet> | undefined
  let reading: Promise<void> | undefined
  const read = () => {
    reading ??= ring
      .publicKeys()
      .then((published) => {
        keys = createLocalJWKSet({ keys: published.map((key) => ({ ...key })) })
        readAt = clock.now()
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }
  const current = async (maxAgeMs: number) => {
    if (keys === undefined || clock.now() - readAt >= maxAgeMs) await read()
    if (keys === undefined) throw new Fault('unavailable', 'The signing keys cannot be read now.')
    return keys
  }
  return async (header) => {
    const find = async (maxAgeMs: number) => {
      const published = await current(maxAgeMs)
      return published(header).catch((error: unknown) => {
        if (namesNone(error)) return undefined
        throw error
      })
    }
    return (await find(localCacheMs)) ?? (await find(cooldownMs))
  }
}

const remoteCacheMs = 600_000
/** At most one request in so long for a `kid` that is not known. */
const remoteCooldownMs = 30_000
const jwksTimeoutMs = 5_000
/** A check does not wait for all of it; keys that come later are there for the next. */
const healthTimeoutMs = 2_000
const jwksLimitBytes = 64 * 1024

export interface JwksObserver {
  hit(): void
  miss(): void
}

const keysMissing = 'the keys of the sign-in server cannot be fetched; see JWKS_URL, or set AUTH=none on this machine'

/** The keys of another process. */
export type RemoteKeys = KeySource & {
  /** Resolves once the keys were had; throws `Fault('unavailable')` with what would help as long as they never were. */
  ready(): Promise<void>
  readonly health: HealthCheck
}

/**
 * The keys at `jwksUrl`, cached for ten minutes, with one request in flight at a time and at most one refresh in 30 s for an
 * unknown `kid` (jose's createRemoteJWKSet). Keys that cannot be fetched make tokens unjudgeable: `Fault('unavailable')`.
 */
export function remoteKeys(jwksUrl: URL, fetchJson: typeof fetch, observer?: JwksObserver): RemoteKeys {
  let fetches = 0
  const keys = createRemoteJWKSet(jwksUrl, {
    cacheMaxAge: remoteCacheMs,
    cooldownDuration: remoteCooldownMs,
    timeoutDuration: jwksTimeoutMs,
    [customFetch]: async (url, options) => {
      fetches++
      const response = await fetchJson(url, { ...options, redirect: 'error' })
      return new Response(await readBytes(response, jwksLimitBytes), response)
    },
  })
  const unavailable = (cause: unknown) =>
    new Fault(
      'unavailable',
      'The sign-in server cannot be reached, so no token can be judged. Start it (docker compose --profile auth up -d), or, to work on this machine without sign-in, set AUTH=none.',
      { retryAfterSeconds: 5, code: 'issuer_unreachable', cause },
    )
  const find: KeySource = async (header) => {
    const before = fetches
    try {
      const key = await keys(header)
      if (fetches > before) observer?.miss()
      else observer?.hit()
      return key
    } catch (error) {
      if (namesNone(error)) return undefined
      throw unavailable(error)
    }
  }
  const reload = () =>
    keys.reload().catch((error: unknown) => {
      throw unavailable(error)
    })
  return Object.assign(find, {
    async ready() {
      if (keys.jwks() === undefined) await reload()
    },
    health: {
      engine: 'jwks',
      needed: true,
      async check() {
        try {
          if (keys.fresh || (await within(healthTimeoutMs, reload())) !== late) return { state: 'up' } as const
        } catch {}
        return { state: 'down', detail: keysMissing } as const
      },
    } satisfies HealthCheck,
  })
}
