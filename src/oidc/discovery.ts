/**
 * Metadata of the authorization server: OpenID Connect Discovery 1.0 section 3 and RFC 8414 section 2 from one source.
 * Served at the root, and with each resource's path behind the well-known part (RFC 8414 section 3.1) or before it
 * (the older OpenID Connect form), since MCP clients try both.
 */
import { resourcePaths } from '../shared/resource-identifier.ts'
import { personClaims } from './claims.ts'
import { assertionAlgorithms } from './clients/assertion.ts'
import type { Endpoint } from './endpoint.ts'
import { knownPrompts, responseModes } from './ports/authorizations.ts'
import { clientAuthMethods, grantTypes } from './ports/clients.ts'
import type { OidcSettings } from './ports.ts'
import { knownResources } from './resource-indicators.ts'
import { supportedScopes } from './scopes.ts'
import { idTokenClaims } from './tokens/issue.ts'

const confidentialAuthMethods = clientAuthMethods.filter((method) => method !== 'none')

/** The metadata document. `issuer` is the configured constant, byte for byte; nothing of the request goes in. */
const discoveryDocument = (settings: OidcSettings) => {
  const at = (path: string) => `${settings.issuer}${path}`
  return {
    issuer: settings.issuer,
    authorization_endpoint: at('/auth/authorize'),
    token_endpoint: at('/auth/token'),
    jwks_uri: at('/auth/jwks'),
    registration_endpoint: at('/auth/register'),
    userinfo_endpoint: at('/auth/userinfo'),
    revocation_endpoint: at('/auth/revoke'),
    introspection_endpoint: at('/auth/introspect'),
    end_session_endpoint: at('/auth/logout'),
    scopes_supported: supportedScopes,
    response_types_supported: ['code'],
    response_modes_supported: responseModes,
    grant_types_supported: grantTypes,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: clientAuthMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: clientAuthMethods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint_auth_methods_supported: confidentialAuthMethods,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    client_id_metadata_document_supported: true,
    claim_types_supported: ['normal'],
    claims_supported: [...idTokenClaims, ...personClaims],
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    display_values_supported: ['page', 'popup'],
    prompt_values_supported: knownPrompts,
    ui_locales_supported: ['en'],
    protected_resources: knownResources(settings).filter((resource) => resource !== settings.issuer),
  }
}

/** Every address that the metadata is served at. */
export function discoveryEndpoints(settings: OidcSettings): readonly Endpoint[] {
  const body = JSON.stringify(discoveryDocument(settings))
  const paths = ['openid-configuration', 'oauth-authorization-server'].flatMap((name) => [
    `/.well-known/${name}`,
    ...resourcePaths.flatMap((path) => [`/.well-known/${name}${path}`, `${path}/.well-known/${name}`]),
  ])
  return paths.map((path) => ({
    method: 'GET',
    path,
    errors: 'json',
    cors: true,
    async handle() {
      return new Response(body, {
        headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' },
      })
    },
  }))
}
