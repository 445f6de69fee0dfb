import { OAuthError } from '../../errors.ts'
import { responseModes } from '../../ports/authorizations.ts'
import type { ClientCheck } from '../check.ts'

/**
 * OAuth 2.0 Multiple Response Types section 2.1 and Form Post Response Mode. `fragment` is refused for a code: it would
 * stay in the browser's history and be readable by every script of the page.
 */
export const responseMode: ClientCheck = ({ parameters }) => {
  const wanted = parameters.values.response_mode ?? 'query'
  const responseMode = responseModes.find((mode) => mode === wanted)
  if (responseMode === undefined)
    throw new OAuthError('invalid_request', `response_mode is ${responseModes.join(' or ')}.`)
  return { responseMode }
}
