import { OAuthError } from '../../errors.ts'
import type { AuthorizationRequest } from '../../ports.ts'
import type { ClientCheck } from '../check.ts'

type Prompt = AuthorizationRequest['prompts'][number]

const known: readonly string[] = ['none', 'login', 'consent', 'select_account'] satisfies Prompt[]
const isPrompt = (value: string): value is Prompt => known.includes(value)

/** OpenID Connect Core section 3.1.2.1: `none` stands alone. Unknown values are left out (Initiating User Registration, section 4). */
export const prompt: ClientCheck = ({ parameters }) => {
  const prompts = [...new Set((parameters.values.prompt ?? '').split(' '))].filter(isPrompt)
  if (prompts.includes('none') && prompts.length > 1)
    throw new OAuthError('invalid_request', 'prompt=none cannot be combined with another value.')
  return { prompts }
}
