import type { OwnerId } from '../../../shared/brand.ts'
import { isJsonObject } from '../../../shared/json-object.ts'
import { personClaims } from '../../claims.ts'
import { OAuthError } from '../../errors.ts'
import type { IdTokenClaim } from '../../tokens/issue.ts'
import type { ClientCheck } from '../check.ts'

/** Names that the `claims` parameter can ask for; others are left out (OpenID Connect Core section 5.5.1). */
const supported: ReadonlySet<string> = new Set([...personClaims, 'auth_time' satisfies IdTokenClaim])

/** OpenID Connect Core section 5.5: single claims, for the ID token or for userinfo; `sub` with a value names the person. */
export const claims: ClientCheck = ({ parameters }, _asker, { hintedOwnerId }) => {
  const sent = parameters.values.claims
  if (sent === undefined) return {}
  const asked = parse(sent)
  const idToken = member(asked, 'id_token')
  const userinfo = member(asked, 'userinfo')
  const sub = member(idToken, 'sub').value ?? member(userinfo, 'sub').value
  if (sub !== undefined && typeof sub !== 'string')
    throw new OAuthError('invalid_request', 'claims: the value of sub is a string.')
  if (sub !== undefined && hintedOwnerId !== undefined && sub !== hintedOwnerId)
    throw new OAuthError('invalid_request', 'claims and id_token_hint name different people.')
  if (isUnmet(member(idToken, 'acr')))
    throw new OAuthError(
      'unmet_authentication_requirements',
      'A level of authentication (acr) was asked for that this server does not offer.',
    )
  return {
    claims: { idToken: names(idToken), userinfo: names(userinfo) },
    ...(sub === undefined ? {} : { hintedOwnerId: sub as OwnerId }),
  }
}

/**
 * OpenID Connect Core section 5.5.1.1: an essential `acr` with values is a condition, and failing it a failed sign-in. No level is
 * told apart here, so none can be met; asked for in any other way it is a wish.
 */
const isUnmet = ({ essential, value, values }: Record<string, unknown>): boolean =>
  essential === true && (value !== undefined || values !== undefined)

function parse(sent: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(sent)
  } catch (cause) {
    throw new OAuthError('invalid_request', 'claims is not valid JSON.', { cause })
  }
  if (!isJsonObject(value)) throw new OAuthError('invalid_request', 'claims is a JSON object.')
  return value
}

function member(of: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = Object.hasOwn(of, name) ? of[name] : undefined
  if (value === undefined || value === null) return {}
  if (!isJsonObject(value)) throw new OAuthError('invalid_request', `claims: ${name} is a JSON object or null.`)
  return value
}

const names = (asked: Record<string, unknown>) => Object.keys(asked).filter((name) => supported.has(name))
