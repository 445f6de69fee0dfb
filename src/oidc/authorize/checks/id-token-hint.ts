import { readIdTokenHint } from '../../id-token-hint.ts'
import type { ClientCheck } from '../check.ts'

/** OpenID Connect Core section 3.1.2.1: an ID token we issued earlier says whom the client expects. */
export const idTokenHint: ClientCheck = async ({ parameters, dependencies }) => {
  const hint = parameters.values.id_token_hint
  if (hint === undefined) return {}
  const { sub } = await readIdTokenHint(hint, dependencies)
  return { hintedOwnerId: sub }
}
