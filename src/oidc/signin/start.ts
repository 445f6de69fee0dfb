/** The sign-in page: who asks, for what, and the ways to prove who one is. */

import { findPending, renewFormToken } from '../authorize/pending.ts'
import { signInPath } from '../authorize/proceed.ts'
import { clientOf } from '../clients/find-client.ts'
import { disclosedScopes } from '../consent/disclosed.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Endpoint } from '../endpoint.ts'
import { describeClient } from '../pages/describe-client.ts'
import { describeScopes } from '../pages/describe-scopes.ts'
import type { ShownAgain } from '../pages/show.tsx'
import { signInPage } from '../pages/sign-in.tsx'
import type { Authorization } from '../ports.ts'

export const signInStart: Endpoint = {
  method: 'GET',
  path: '/auth/signin/:id',
  errors: 'page',
  cors: false,
  async handle(dependencies, request, { id = '' }) {
    return showSignIn({ id, authorization: await findPending(request, id, dependencies) }, dependencies)
  },
}

/** Shows the page with a fresh form token; `problem` says why it is shown again. */
export async function showSignIn(
  at: ShownAgain & { readonly id: string; readonly authorization: Authorization },
  dependencies: OidcDependencies,
): Promise<Response> {
  const { request } = at.authorization
  const client = await clientOf(request, dependencies)
  return signInPage({
    client: describeClient(client, request.redirectUri),
    permissions: describeScopes(disclosedScopes(request)),
    action: signInPath(at.id),
    formToken: await renewFormToken(at.id, dependencies),
    command: dependencies.settings.command,
    providers: dependencies.identityProviders.map(({ name, label }) => ({ name, label })),
    problem: at.problem,
    status: at.status,
  })
}
