/**
 * The rules of an authorization request, in order: OAuth 2.1, OpenID Connect Core section 3.1.2, RFC 7636, 8707 and 9207.
 * Called by the authorization endpoint. A new rule is one file in checks/ and one line here.
 */
import { OAuthError } from '../errors.ts'
import { type Parameters, readParameters } from '../parameters.ts'
import type { AuthorizationRequest, Client } from '../ports.ts'
import type { Asker, ClientCheck, PageCheck, Question } from './check.ts'
import { claims } from './checks/claims.ts'
import { codeChallenge } from './checks/code-challenge.ts'
import { idTokenHint } from './checks/id-token-hint.ts'
import { knownClient } from './checks/known-client.ts'
import { maxAge } from './checks/max-age.ts'
import { prompt } from './checks/prompt.ts'
import { redirectUri } from './checks/redirect-uri.ts'
import { requestObject } from './checks/request-object.ts'
import { resource } from './checks/resource.ts'
import { responseMode } from './checks/response-mode.ts'
import { responseType } from './checks/response-type.ts'
import { scope } from './checks/scope.ts'
import type { ReturnAddress } from './respond.ts'

/** Until these have passed nothing may redirect: a failure is a page. That each parameter came once was seen while reading. */
const pageChecks: readonly PageCheck[] = [knownClient, redirectUri]

/** A failure of these goes back to the client. */
const clientChecks: readonly ClientCheck[] = [
  requestObject,
  responseType,
  responseMode,
  scope,
  codeChallenge,
  resource,
  prompt,
  maxAge,
  idTokenHint,
  claims, // whose person must not be another than the hint's
]

export type Checked =
  | { readonly outcome: 'accepted'; readonly request: AuthorizationRequest; readonly client: Client }
  | { readonly outcome: 'refused'; readonly error: OAuthError; readonly to: ReturnAddress }

/** Applies every rule. Throws `OAuthError` for what must be a page, since nobody is known yet to send it to. */
export async function checkRequest(search: URLSearchParams, dependencies: Question['dependencies']): Promise<Checked> {
  const parameters = readParameters(search)
  const question: Question = { parameters, dependencies }
  const asker = await identify(question)
  const to = returnAddress(asker, parameters)
  try {
    return { outcome: 'accepted', client: asker.client, request: await establish(question, asker, to) }
  } catch (error) {
    if (error instanceof OAuthError) return { outcome: 'refused', error, to }
    throw error
  }
}

async function identify(question: Question): Promise<Asker> {
  let known: Partial<Asker> = {}
  for (const check of pageChecks) known = { ...known, ...(await check(question, known)) }
  const { client, redirectUri, redirectUriSent } = known
  if (client === undefined || redirectUri === undefined || redirectUriSent === undefined)
    throw new OAuthError('server_error', 'The request could not be checked.')
  return { client, redirectUri, redirectUriSent }
}

const returnAddress = ({ redirectUri }: Asker, { values: { state, response_mode } }: Parameters): ReturnAddress => ({
  redirectUri,
  responseMode: response_mode === 'form_post' ? 'form_post' : 'query',
  ...(state === undefined ? {} : { state }),
})

async function establish(question: Question, asker: Asker, to: ReturnAddress): Promise<AuthorizationRequest> {
  const { nonce, login_hint: loginHint } = question.parameters.values
  let request: AuthorizationRequest = {
    clientId: asker.client.id,
    redirectUriSent: asker.redirectUriSent,
    scopes: [],
    resources: [],
    prompts: [],
    ...to,
    ...(nonce === undefined ? {} : { nonce }),
    ...(loginHint === undefined ? {} : { loginHint }),
  }
  for (const check of clientChecks) request = { ...request, ...(await check(question, asker, request)) }
  return request
}
