import { discoveryEndpoints } from './discovery.ts'
import type { Endpoint } from './endpoint.ts'
import { jwksEndpoint } from './jwks.ts'
import type { OidcSettings } from './ports.ts'

/** Every address of the authorization server. A new one is one line here. */
export const endpoints = (settings: OidcSettings): readonly Endpoint[] => [
  ...discoveryEndpoints(settings), // OpenID Connect Discovery 1.0, RFC 8414
  jwksEndpoint, // RFC 7517
]
