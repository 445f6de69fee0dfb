import { readForm } from '../../shared/read-body.ts'
import { requestContext } from '../../shared/request-context.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { type Parameters, readParameters } from '../parameters.ts'
import type { Client } from '../ports.ts'
import { authenticateClient } from './authenticate.ts'

const bodyLimitBytes = 32 * 1024

/** A back-channel request: its parameters, each once, and the client that authenticated. Throws as `readParameters` and `authenticateClient` do. */
export async function readClientRequest(
  request: Request,
  dependencies: OidcDependencies,
): Promise<Parameters & { readonly client: Client }> {
  const parameters = readParameters(await readForm(request, bodyLimitBytes))
  const client = await authenticateClient(request, parameters.values, dependencies)
  requestContext(request).clientId = client.id
  return { ...parameters, client }
}
