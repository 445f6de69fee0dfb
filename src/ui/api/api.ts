/**
 * The pages' way to the REST API, always with the person's own access token: what a page can see and do is what any client
 * of theirs could. A refusal comes back as the `Fault` that the API told of.
 */
import type { FaultKind } from '../../shared/fault.ts'
import { Fault } from '../../shared/fault.ts'
import { readJson } from '../../shared/read-body.ts'
import { beginRequestContext, requestContext } from '../../shared/request-context.ts'
import type { UiSettings } from '../dependencies.ts'
import type { Session } from '../session/sessions.ts'
import type { Upstream } from '../upstream.ts'

type Query = Readonly<Record<string, string | number | boolean | undefined>>

interface Ask {
  readonly query?: Query
  /** JSON, or a file. */
  readonly body?: unknown
  readonly file?: { readonly content: Blob; readonly contentType: string }
  /** The version that a change is made to. */
  readonly ifVersion?: number | undefined
  /** How long the answer may take, all of it; half a minute unless said otherwise. */
  readonly patienceMs?: number
}

const usualPatienceMs = 30_000
/** A backup is read or written as a whole. */
export const filePatienceMs = 600_000

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Api {
  /** The answer's JSON; `T` is what the operation's binding says it is. Throws `Fault`. */
  ask<T>(method: Method, path: string, ask?: Ask): Promise<T>
  /** The answer as it comes, for files. Throws `Fault`. */
  open(method: Method, path: string, ask?: Ask): Promise<Response>
}

/** A page of the longest memories there may be. */
const largestAnswerBytes = 48 * 1024 * 1024

export interface ApiOptions {
  readonly upstream: Upstream
  readonly settings: UiSettings
  readonly session: Session
  /** The page's own request: what it asks of the API is logged and limited as its part. */
  readonly onBehalfOf: Request
}

export function createApi({ upstream, settings, session, onBehalfOf }: ApiOptions): Api {
  const send = (method: Method, path: string, ask: Ask, token: string | undefined): Promise<Response> => {
    const url = new URL(`/api/v1${path}`, settings.apiBaseUrl)
    for (const [name, value] of Object.entries(ask.query ?? {})) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
    }
    const context = requestContext(onBehalfOf)
    const headers = new Headers({ 'x-request-id': context.requestId })
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    if (ask.body !== undefined) headers.set('content-type', 'application/json')
    if (ask.file !== undefined) headers.set('content-type', ask.file.contentType)
    if (ask.ifVersion !== undefined) headers.set('if-match', `"${ask.ifVersion}"`)
    const body = ask.file?.content ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body))
    const signal = AbortSignal.timeout(ask.patienceMs ?? usualPatienceMs)
    const request = new Request(url, { method, headers, signal, ...(body === undefined ? {} : { body }) })
    beginRequestContext(request, { requestId: context.requestId, address: context.address, route: 'unmatched' })
    return upstream(request)
  }

  async function open(method: Method, path: string, ask: Ask = {}): Promise<Response> {
    let response = await send(method, path, ask, await session.accessToken())
    // Revoked, or signed with a key that is gone: a new token may do.
    if (response.status === 401) {
      await response.body?.cancel()
      response = await send(method, path, ask, await session.renewed())
    }
    if (response.ok) return response
    throw await faultOf(response)
  }

  return {
    open,
    async ask<T>(method: Method, path: string, ask?: Ask): Promise<T> {
      return (await readJson(await open(method, path, ask), largestAnswerBytes)) as T
    },
  }
}

const kinds: Readonly<Record<number, FaultKind>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  408: 'timed_out',
  409: 'conflict',
  412: 'precondition_failed',
  413: 'too_large',
  415: 'invalid',
  422: 'invalid',
  429: 'rate_limited',
}

/** RFC 9457, read back. */
async function faultOf(response: Response): Promise<Fault> {
  const kind = kinds[response.status] ?? 'unavailable'
  const told = await readJson(response, 64 * 1024).catch(() => undefined)
  const problem = typeof told === 'object' && told !== null ? (told as Readonly<Record<string, unknown>>) : {}
  const text = (name: string) => (typeof problem[name] === 'string' ? problem[name] : undefined)
  const [code, field] = [text('code'), text('field')]
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new Fault(kind, text('detail') ?? `The API answered with status ${response.status}.`, {
    ...(code === undefined ? {} : { code }),
    ...(field === undefined ? {} : { field }),
    ...(Number.isNaN(retryAfter) ? {} : { retryAfterSeconds: retryAfter }),
  })
}
