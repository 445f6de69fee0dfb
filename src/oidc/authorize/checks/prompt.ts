import { OAuthError } from '../../errors.ts'
import { knownPrompts } from '../../ports/authorizations.ts'
import type { ClientCheck } from '../check.ts'

/** OpenID Connect Core section 3.1.2.1: `none` stands alone. Unknown values are left out (Initiating User Registration, section 4). */
export const prompt: ClientCheck = ({ parameters }) => {
  const asked = new Set((parameters.values.prompt ?? '').split(' '))
  const prompts = knownPrompts.filter((value) => asked.has(value))
  if (prompts.includes('none') && prompts.length > 1)
    throw new OAuthError('invalid_request', 'prompt=none cannot be combined with another value.')
  return { prompts }
}
