import { assetEndpoints } from './assets.ts'
import { authorizeByGet, authorizeByPost } from './authorize/endpoint.ts'
import { deleteRegistration, readRegistration, registerClient, replaceRegistration } from './clients/register.ts'
import { consentDecision, consentStart } from './consent/decide.ts'
import { discoveryEndpoints } from './discovery.ts'
import type { Endpoint } from './endpoint.ts'
import { deleteGrant, listGrants } from './grants/endpoint.ts'
import { introspectToken } from './introspect.ts'
import { jwksEndpoint } from './jwks.ts'
import { logoutByGet, logoutByPost } from './logout.ts'
import type { OidcSettings } from './ports.ts'
import { revokeToken } from './revoke.ts'
import { providerCallback } from './signin/callback.ts'
import { linkDecision, linkStart } from './signin/link.ts'
import { signInStart } from './signin/start.ts'
import { signInWithCode } from './signin/with-code.ts'
import { signInWithProvider } from './signin/with-provider.ts'
import { tokenEndpoint } from './token/endpoint.ts'
import { userinfoByGet, userinfoByPost } from './userinfo.ts'

/** Every address of the authorization server. A new one is one line here. */
export const endpoints = (settings: OidcSettings): readonly Endpoint[] => [
  ...discoveryEndpoints(settings), // OpenID Connect Discovery 1.0, RFC 8414
  jwksEndpoint, // RFC 7517
  authorizeByGet, // OpenID Connect Core 3.1.2.1
  authorizeByPost,
  signInStart,
  signInWithCode,
  signInWithProvider,
  providerCallback,
  linkStart,
  linkDecision,
  consentStart, // OpenID Connect Core 3.1.2.4
  consentDecision,
  ...assetEndpoints,
  tokenEndpoint, // RFC 6749 section 3.2
  registerClient, // RFC 7591
  readRegistration, // RFC 7592
  replaceRegistration,
  deleteRegistration,
  revokeToken, // RFC 7009
  introspectToken, // RFC 7662
  userinfoByGet, // OpenID Connect Core 5.3
  userinfoByPost,
  listGrants, // what a person allowed, for our own pages
  deleteGrant,
  logoutByGet, // OpenID Connect RP-Initiated Logout 1.0
  logoutByPost,
]
