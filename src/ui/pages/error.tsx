/** @jsxImportSource preact */
/** What a person sees when a page cannot be shown: what happened, in words, and where to go from there. Total. */
import { Fault, type FaultKind } from '../../shared/fault.ts'
import { requestContext } from '../../shared/request-context.ts'
import { uiPage } from '../components/shell.tsx'
import type { SignedIn, Visit } from '../page.ts'

interface Shown {
  readonly status: number
  readonly title: string
}

function shownFor(kind: FaultKind): Shown {
  switch (kind) {
    case 'not_found':
      return { status: 404, title: 'There is nothing here' }
    case 'unauthenticated':
      return { status: 401, title: 'You are signed out' }
    case 'forbidden':
      return { status: 403, title: 'That is not allowed' }
    case 'invalid':
      return { status: 400, title: 'That did not work' }
    case 'conflict':
    case 'precondition_failed':
      return { status: 409, title: 'It has changed meanwhile' }
    case 'timed_out':
      return { status: 408, title: 'That took too long' }
    case 'too_large':
      return { status: 413, title: 'That is too large' }
    case 'rate_limited':
      return { status: 429, title: 'A moment, please' }
    case 'unavailable':
      return { status: 503, title: 'Not available at the moment' }
    default:
      return kind satisfies never
  }
}

export function errorPage(error: unknown, visit: Visit, person: SignedIn | undefined): Response {
  const context = requestContext(visit.request)
  const { log } = visit.site.dependencies
  if (error instanceof Fault) {
    context.reason = error.code
    if (error.cause !== undefined) log.warn({ requestId: context.requestId, err: error.cause }, 'page refused')
    const shown =
      error.code === 'method_not_allowed' ? { status: 405, title: 'That did not work' } : shownFor(error.kind)
    const retry = error.retryAfterSeconds
    return page(visit, person, {
      ...shown,
      message: error.kind === 'not_found' ? nothingHere : error.message,
      headers: retry === undefined ? {} : { 'retry-after': String(Math.ceil(retry)) },
    })
  }
  log.error({ requestId: context.requestId, err: error }, 'page failed')
  return page(visit, person, {
    status: 500,
    title: 'Something went wrong here',
    message: 'It is in the log under the reference below. Try again; if it stays, tell whoever runs this server.',
    headers: {},
  })
}

/** The same for what is not there and for what is another person's: nobody learns which. */
const nothingHere =
  'Either it was deleted, or it never was, or it belongs to somebody else. If a link brought you here, check that you are signed in as the right person.'

const page = (
  visit: Visit,
  person: SignedIn | undefined,
  shown: Shown & { readonly message: string; readonly headers: Record<string, string> },
): Response =>
  uiPage(
    { title: shown.title, status: shown.status, headers: shown.headers },
    // A failed page has done nothing.
    { ...visit, url: new URL(visit.url.pathname, visit.url) },
    person,
    <div class="narrow">
      <h1>{shown.title}</h1>
      <p>{shown.message}</p>
      <div class="actions">
        {isBelowSettings(visit) && person !== undefined ? (
          <a class="button" href="/settings">
            Back to Settings
          </a>
        ) : null}
        {person === undefined ? (
          <a class="button" href={`/session/login?${new URLSearchParams({ to: readable(visit) })}`}>
            Sign in
          </a>
        ) : (
          <a class={isBelowSettings(visit) ? 'button secondary' : 'button'} href="/memories">
            To your memories
          </a>
        )}
        <a class="button secondary" href="/">
          Home
        </a>
      </div>
      <p class="reference">
        {'Reference: '}
        <code>{requestContext(visit.request).requestId}</code>
      </p>
    </div>,
  )

/** What was sent by a form of the settings is tried again there. */
const isBelowSettings = ({ url }: Visit) => url.pathname.startsWith('/settings/')

/** Where to come back to after signing in; a form's address may not be a page. */
const readable = ({ url, request }: Visit) =>
  request.method === 'GET' && !url.pathname.startsWith('/session/') ? url.pathname + url.search : '/'
