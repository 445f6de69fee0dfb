/**
 * Errors as RFC 9457 problem details: one switch from what went wrong to what the caller sees. Nothing inside of us is ever
 * shown: what is not a `Fault` or a challenge is logged and answered with the request's id.
 */
import { BearerChallenge } from '../resource/errors.ts'
import { Fault, type FaultKind, type FieldError } from '../shared/fault.ts'
import type { Log } from '../shared/log.ts'
import { logOutage } from '../shared/log-outage.ts'
import { requestContext } from '../shared/request-context.ts'

/** The members of every problem (RFC 9457 section 3.1) and our extensions (section 3.2). */
interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** Stable, for programs. */
  readonly code: string
  readonly requestId: string
  readonly field?: string
  readonly errors?: readonly { readonly field: string; readonly detail: string }[]
}

/** Each problem there is: its `type` is `{apiBaseUrl}/docs/problems#{name}`, where it is explained. */
export const problemTypes = {
  malformed: {
    status: 400,
    title: 'The request cannot be read',
    meaning: 'The body or a parameter is not what HTTP, UTF-8 or JSON allow.',
  },
  invalid_token: {
    status: 401,
    title: 'An access token is needed',
    meaning: 'Get a token from the authorization server that the challenge names.',
  },
  forbidden: { status: 403, title: 'Not allowed', meaning: 'This caller may not do this.' },
  insufficient_scope: {
    status: 403,
    title: 'The token lacks a scope',
    meaning: 'Ask the authorization server for the scopes that the challenge names.',
  },
  not_found: { status: 404, title: 'Not found', meaning: 'There is nothing at this address that this caller may see.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The header field Allow lists the methods of this address.',
  },
  timed_out: {
    status: 408,
    title: 'The request took too long',
    meaning: 'The body did not arrive in time: send it again, over a connection that is fast enough.',
  },
  conflict: { status: 409, title: 'Conflict', meaning: 'What is stored contradicts the request.' },
  precondition_failed: {
    status: 412,
    title: 'Changed in the meantime',
    meaning: 'The version named by If-Match is not the present one: read it again.',
  },
  too_large: { status: 413, title: 'Too large', meaning: 'The request is larger than this address accepts.' },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'Send the content type that the documentation names.',
  },
  invalid: { status: 422, title: 'Invalid input', meaning: '`field` and `errors` name what to correct.' },
  rate_limited: { status: 429, title: 'Too many requests', meaning: 'Try again after the seconds in Retry-After.' },
  internal: { status: 500, title: 'Something went wrong here', meaning: 'It is in the log under `requestId`.' },
  unavailable: {
    status: 503,
    title: 'Unavailable for the moment',
    meaning: 'An engine that is needed does not answer: try again.',
  },
} as const

export type ProblemName = keyof typeof problemTypes

/** Where the request itself could not be read, as opposed to what it says (RFC 9110 sections 15.5.1, 15.5.16 and 15.5.21). */
const unreadable: Readonly<Record<string, ProblemName>> = {
  body_missing: 'malformed',
  json_duplicate: 'malformed',
  json_invalid: 'malformed',
  utf8_invalid: 'malformed',
  parameter_repeated: 'malformed',
  content_type: 'unsupported_media_type',
}

function problemNameOf(fault: Fault): ProblemName {
  const kind: FaultKind = fault.kind
  switch (kind) {
    case 'invalid':
      return unreadable[fault.code] ?? 'invalid'
    case 'unauthenticated':
      return 'invalid_token'
    case 'forbidden':
    case 'not_found':
    case 'timed_out':
    case 'conflict':
    case 'precondition_failed':
    case 'too_large':
    case 'rate_limited':
    case 'unavailable':
      return kind
    default:
      return kind satisfies never
  }
}

export interface ProblemFields {
  readonly detail: string
  readonly code?: string
  readonly field?: string | undefined
  readonly errors?: readonly FieldError[] | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** The answer to a request that could not be served. `apiBaseUrl` is where the problem's `type` is explained. */
export function problem(request: Request, apiBaseUrl: string, name: ProblemName, fields: ProblemFields): Response {
  const { status, title } = problemTypes[name]
  const { detail, code = name, field, errors = [], headers } = fields
  const body: Problem = {
    type: `${apiBaseUrl}/docs/problems#${name}`,
    title,
    status,
    detail,
    code,
    requestId: requestContext(request).requestId,
    ...(field === undefined ? {} : { field }),
    ...(errors.length === 0 ? {} : { errors: errors.map((each) => ({ field: each.field, detail: each.message })) }),
  }
  return new Response(request.method === 'HEAD' ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  })
}

/** Whatever was thrown while a request was served, as its answer. Total. */
export function problemFor(
  error: unknown,
  request: Request,
  { settings, log }: { readonly settings: { readonly apiBaseUrl: string }; readonly log: Log },
): Response {
  const context = requestContext(request)
  if (error instanceof BearerChallenge) {
    const name = error.error === 'insufficient_scope' ? 'insufficient_scope' : 'invalid_token'
    return problem(request, settings.apiBaseUrl, name, {
      detail: error.description,
      headers: { 'www-authenticate': error.challenge },
    })
  }
  if (error instanceof Fault) {
    const { message, code, field, errors, retryAfterSeconds } = error
    const name = problemNameOf(error)
    logOutage(log, error, { requestId: context.requestId })
    return problem(request, settings.apiBaseUrl, name, {
      detail: message,
      code,
      field,
      errors,
      headers: {
        ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
        ...(name === 'invalid_token' ? { 'www-authenticate': 'Bearer' } : {}),
      },
    })
  }
  log.error({ requestId: context.requestId, err: error }, 'api failed')
  return problem(request, settings.apiBaseUrl, 'internal', {
    detail: `Something went wrong here. It is in the log as request ${context.requestId}.`,
  })
}
