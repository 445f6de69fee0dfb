import { OAuthError } from '../errors.ts'
import type { OidcSettings } from '../ports.ts'
import { checkResources } from '../resource-indicators.ts'

/**
 * RFC 8707 section 2.2: what the token is for: all that was granted, or the part now asked for. Never more: `invalid_target`.
 * An authorization that named no resource is for the whole audience group, so any of it may be asked for here.
 */
export function narrowResources(
  granted: readonly string[],
  asked: readonly string[],
  settings: Pick<OidcSettings, 'apiBaseUrl' | 'issuer'>,
): readonly string[] {
  const wanted = checkResources(settings, asked)
  if (wanted.length === 0) return granted
  if (granted.length > 0 && !wanted.every((resource) => granted.includes(resource))) {
    throw new OAuthError('invalid_target', 'The resource was not part of the authorization.')
  }
  return wanted
}
