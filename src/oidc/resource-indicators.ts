/** Which resources a token may be for (RFC 8707), and what its `aud` then says. */
import { canonicalResource, resourcePaths } from '../shared/resource-identifier.ts'
import { OAuthError } from './errors.ts'
import type { OidcSettings } from './ports.ts'

/** Every resource that a token can name, in canonical form: no trailing slash. */
export const knownResources = ({ apiBaseUrl, issuer }: ResourceSettings): readonly string[] => [
  ...new Set([apiBaseUrl, ...resourcePaths.map((path) => `${apiBaseUrl}${path}`), issuer]),
]

type ResourceSettings = Pick<OidcSettings, 'apiBaseUrl' | 'issuer'>

/**
 * The canonical form of each `resource` parameter, without repeats.
 * Accepts an upper-case scheme or host, a trailing slash, and the bare origin.
 * Throws `invalid_target` for anything that is not served here (RFC 8707 section 2).
 */
export function checkResources(settings: ResourceSettings, resources: readonly string[]): readonly string[] {
  // Most requests name none.
  if (resources.length === 0) return resources
  const known = knownResources(settings)
  return [
    ...new Set(
      resources.map((resource) => {
        const canonical = canonicalResource(resource)
        if (canonical === undefined || !known.includes(canonical)) {
          throw new OAuthError('invalid_target', `The resource is not served here. Known: ${known.join(' ')}`)
        }
        return canonical
      }),
    ),
  ]
}

/** `aud` of an access token: what was asked for, or the whole group and the issuer where nothing was. */
export const audienceOf = (
  { apiBaseUrl, issuer }: ResourceSettings,
  resources: readonly string[],
): readonly string[] => {
  if (resources.length > 0) return resources
  return apiBaseUrl === issuer ? [issuer] : [apiBaseUrl, issuer]
}
