import { assetEndpoints } from './assets.ts'
import { authorizeByGet, authorizeByPost } from './authorize/endpoint.ts'
import { consentDecision, consentStart } from './consent/decide.ts'
import { discoveryEndpoints } from './discovery.ts'
import type { Endpoint } from './endpoint.ts'
import { jwksEndpoint } from './jwks.ts'
import type { OidcSettings } from './ports.ts'
import { signInStart } from './signin/start.ts'
import { signInWithCode } from './signin/with-code.ts'

/** Every address of the authorization server. A new one is one line here. */
export const endpoints = (settings: OidcSettings): readonly Endpoint[] => [
  ...discoveryEndpoints(settings), // OpenID Connect Discovery 1.0, RFC 8414
  jwksEndpoint, // RFC 7517
  authorizeByGet, // OpenID Connect Core 3.1.2.1
  authorizeByPost,
  signInStart,
  signInWithCode,
  consentStart, // OpenID Connect Core 3.1.2.4
  consentDecision,
  ...assetEndpoints,
]
