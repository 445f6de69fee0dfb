/** The one switch from an error to its answer. It is total: whatever is not expected becomes `server_error` with the request id. */
import { Fault, type FaultKind } from '../shared/fault.ts'
import { requestContext } from '../shared/request-context.ts'
import type { OidcDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoint.ts'
import { OAuthError, type OAuthErrorCode } from './errors.ts'
import { errorPage } from './pages/error.tsx'

interface Answer {
  readonly status: number
  readonly error: string
  readonly description: string
  readonly headers?: Readonly<Record<string, string>>
}

export function answerError(
  error: unknown,
  endpoint: Pick<Endpoint, 'errors'>,
  request: Request,
  { log, settings }: Pick<OidcDependencies, 'log' | 'settings'>,
): Response {
  const context = requestContext(request)
  const answer = toAnswer(error, settings.issuer, context.requestId)
  context.reason = codeAndReason(error, answer)
  if (answer.status >= 500) {
    log.error({ requestId: context.requestId, route: context.route, err: error }, 'The authorization server failed')
  }
  return endpoint.errors === 'page' ? errorPage({ ...forPeople(answer), requestId: context.requestId }) : json(answer)
}

/** A challenge is for programs: a browser would ask a person for a password instead of showing the page. */
function forPeople({ status, error, description, headers = {} }: Answer): Answer {
  const { 'www-authenticate': challenge, ...rest } = headers
  return { status: challenge === undefined ? status : 400, error, description, headers: rest }
}

function toAnswer(error: unknown, issuer: string, requestId: string): Answer {
  if (error instanceof OAuthError) return ofOAuthError(error, issuer)
  if (error instanceof Fault) return ofFault(error)
  return {
    status: 500,
    error: 'server_error',
    description: `Something failed here. Quote request ${requestId} when you report it.`,
  }
}

function ofOAuthError(error: OAuthError, issuer: string): Answer {
  const { code, description } = error
  const status = statusOf[code] ?? 400
  const challenge = challengeOf(error, issuer)
  return {
    status,
    error: code,
    description,
    ...(challenge === undefined ? {} : { headers: { 'www-authenticate': challenge } }),
  }
}

/** Everything that is not listed is 400 (RFC 6749 section 5.2). */
const statusOf: Partial<Record<OAuthErrorCode, number>> = {
  invalid_client: 401, // RFC 6749 section 5.2
  invalid_token: 401, // RFC 6750 section 3.1
  insufficient_scope: 403, // RFC 6750 section 3.1
  access_denied: 403,
  server_error: 500,
  temporarily_unavailable: 503,
}

/** `WWW-Authenticate`, where RFC 6749 section 5.2 and RFC 6750 section 3 ask for it. */
function challengeOf({ code, description, scope = 'openid' }: OAuthError, issuer: string): string | undefined {
  const quoted = description.replace(/["\\]|[^\x20-\x7e]/g, "'")
  switch (code) {
    case 'invalid_client':
      return `Basic realm="${issuer}", charset="UTF-8"`
    case 'invalid_token':
      return `Bearer realm="${issuer}", error="invalid_token", error_description="${quoted}"`
    case 'insufficient_scope':
      return `Bearer realm="${issuer}", error="insufficient_scope", error_description="${quoted}", scope="${scope}"`
    default:
      return undefined
  }
}

function ofFault(fault: Fault): Answer {
  const [status, error] = ofKind(fault.kind)
  const retryAfter = fault.retryAfterSeconds ?? (fault.kind === 'unavailable' ? 5 : undefined)
  return {
    status,
    error,
    description: fault.message,
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(Math.ceil(retryAfter)) } }),
  }
}

function ofKind(kind: FaultKind): readonly [status: number, error: OAuthErrorCode | 'not_found'] {
  switch (kind) {
    case 'invalid':
      return [400, 'invalid_request']
    case 'unauthenticated':
      return [401, 'invalid_client']
    case 'forbidden':
      return [403, 'access_denied']
    case 'not_found':
      return [404, 'not_found']
    case 'timed_out':
      return [408, 'invalid_request']
    case 'conflict':
      return [409, 'invalid_request']
    case 'precondition_failed':
      return [412, 'invalid_request']
    case 'too_large':
      return [413, 'invalid_request']
    case 'rate_limited':
      return [429, 'temporarily_unavailable']
    case 'unavailable':
      return [503, 'temporarily_unavailable']
    default:
      return kind satisfies never
  }
}

const json = ({ status, error, description, headers }: Answer) =>
  Response.json({ error, error_description: description }, { status, ...(headers === undefined ? {} : { headers }) })

function codeAndReason(error: unknown, { error: code, description }: Answer): string {
  if (error instanceof OAuthError && error.reason !== undefined) return `${code}: ${error.reason}`
  return `${code}: ${description}`
}
