import type { Clock } from '../../shared/clock.ts'
import { Finding } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'
import { isLoopback } from '../../shared/loopback.ts'
import { boundedFetch, jsonObject } from './bounded-fetch.ts'

/** Where a provider does what, and what its ID tokens may say. */
export interface ProviderMetadata {
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly jwksUri: string
  /** Spellings of `iss` that are this provider. */
  readonly issuers: readonly string[]
  readonly algorithms: readonly string[]
}

export const googleIssuer = 'https://accounts.google.com'

/** Google's own, which do not change: a sign-in needs no discovery. Both spellings of `iss` are valid (Google, OpenID Connect). */
export const googleMetadata: ProviderMetadata = {
  authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenEndpoint: 'https://oauth2.googleapis.com/token',
  jwksUri: 'https://www.googleapis.com/oauth2/v3/certs',
  issuers: [googleIssuer, 'accounts.google.com'],
  algorithms: ['RS256'],
}

const keepMs = 3_600_000

/** Finds another provider's metadata (OpenID Connect Discovery section 4), once an hour; a failure is not kept. */
export function discoverMetadata(issuer: string, clock: Clock): () => Promise<ProviderMetadata> {
  let kept: { readonly metadata: Promise<ProviderMetadata>; readonly untilMs: number } | undefined
  return () => {
    if (kept === undefined || kept.untilMs <= clock.now()) {
      const metadata = fetchMetadata(issuer)
      kept = { metadata, untilMs: clock.now() + keepMs }
      metadata.catch(() => {
        if (kept?.metadata === metadata) kept = undefined
      })
    }
    return kept.metadata
  }
}

async function fetchMetadata(issuer: string): Promise<ProviderMetadata> {
  const response = await boundedFetch(`${issuer}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
  })
  const document = await jsonObject(response)
  const wrong = (what: string) =>
    new Fault(
      'unavailable',
      'The sign-in provider describes itself wrongly; whoever runs this server must look at GOOGLE_ISSUER.',
      {
        code: 'provider_misconfigured',
        cause: new Finding(what),
      },
    )
  if (response.status !== 200) throw wrong(`discovery answered ${response.status}`)
  // Discovery section 4.3: equal to what it was asked under, or it is someone else's.
  if (typeof document.issuer !== 'string' || withoutSlash(document.issuer) !== issuer) throw wrong('another issuer')
  const address = (name: string): string => {
    const value = document[name]
    if (typeof value !== 'string' || !isSafe(value)) throw wrong(`${name} is no https address`)
    return value
  }
  return {
    authorizationEndpoint: address('authorization_endpoint'),
    tokenEndpoint: address('token_endpoint'),
    jwksUri: address('jwks_uri'),
    issuers: [document.issuer],
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  }
}

export const withoutSlash = (issuer: string) => issuer.replace(/\/$/, '')

/** https, or http on this machine. */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
