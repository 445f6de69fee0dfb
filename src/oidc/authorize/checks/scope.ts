import { memoryScopes } from '../../../shared/memory-scopes.ts'
import { OAuthError } from '../../errors.ts'
import { permittedScopes, splitScope } from '../../scopes.ts'
import type { ClientCheck } from '../check.ts'

/** RFC 6749 section 3.3: printable ASCII but for the space, `"` and `\`. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * What the client may ask for, of what it asked for. A request without `scope` asks for memories as far as the client is
 * registered for them: MCP clients may leave it out.
 */
export const scope: ClientCheck = ({ parameters }, { client }) => {
  const asked = parameters.values.scope
  const wanted: readonly string[] = asked === undefined ? memoryScopes : splitScope(asked)
  if (!wanted.every((value) => scopeToken.test(value)))
    throw new OAuthError('invalid_scope', 'A scope value has characters that RFC 6749 section 3.3 does not allow.')
  const scopes = permittedScopes(wanted, client.scope)
  if (scopes.length === 0)
    throw new OAuthError('invalid_scope', 'None of the scopes asked for may be given to this client.')
  return { scopes }
}
