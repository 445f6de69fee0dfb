import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import type { Clock } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'

/** Where the public keys of the issuer come from: this process's own ring, or the JWKS of another. */
export type KeySource = JWTVerifyGetKey

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
  let keys: JWTVerifyGetKey | undefined
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
  return async (header, token) => {
    try {
      return await (await current(localCacheMs))(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      return (await current(cooldownMs))(header, token)
    }
  }
}

const jwksTimeoutMs = 5_000
const jwksLimitBytes = 64 * 1024

export interface JwksObserver {
  hit(): void
  miss(): void
}

/**
 * The keys at `jwksUrl`, cached for ten minutes, with one request in flight at a time and at most one refresh in 30 s for an
 * unknown `kid` (jose's createRemoteJWKSet). Keys that cannot be fetched make tokens unjudgeable: `Fault('unavailable')`.
 */
export function remoteKeys(jwksUrl: URL, fetchJson: typeof fetch, observer?: JwksObserver): KeySource {
  const keys = createRemoteJWKSet(jwksUrl, {
    cacheMaxAge: 600_000,
    cooldownDuration: 30_000,
    timeoutDuration: jwksTimeoutMs,
    [customFetch]: async (url, options) => {
      observer?.miss()
      const response = await fetchJson(url, { ...options, redirect: 'error' })
      if (Number(response.headers.get('content-length') ?? 0) > jwksLimitBytes) throw new TypeError('JWKS too large')
      return response
    },
  })
  return async (header, token) => {
    try {
      const key = await keys(header, token)
      observer?.hit()
      return key
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error
      throw new Fault('unavailable', 'The keys of the issuer cannot be fetched now.', {
        retryAfterSeconds: 5,
        cause: error,
      })
    }
  }
}
