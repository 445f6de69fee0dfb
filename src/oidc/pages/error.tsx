/** @jsxImportSource preact */
import { showPage } from './show.tsx'

export interface ErrorPage {
  readonly status: number
  /** The protocol's code: `invalid_request`. */
  readonly error: string
  /** What happened, in a sentence that may be shown to anyone. */
  readonly description: string
  readonly requestId: string
  readonly headers?: HeadersInit
}

/** What went wrong, what to do next, and the reference under which the log has more. */
export function errorPage({ status, error, description, requestId, headers }: ErrorPage): Response {
  const { title, next } = adviceFor(status)
  return showPage(
    { title, status, headers },
    <>
      <h1>{title}</h1>
      <p>{description}</p>
      <p class="quiet">{next}</p>
      <p class="reference">
        {'Error '}
        <code>{error}</code>
        {', reference '}
        <code>{requestId}</code>
      </p>
    </>,
  )
}

function adviceFor(status: number): { title: string; next: string } {
  if (status === 403)
    return {
      title: 'This is not allowed',
      next: 'Nothing was shared. Go back to the app and begin again in this browser, or ask whoever runs this server for access.',
    }
  if (status === 404) return { title: 'There is nothing here', next: 'Go back to the app and connect again.' }
  if (status === 429) return { title: 'Too many tries', next: 'Wait a minute, then try again.' }
  if (status === 503)
    return {
      title: 'Not just now',
      next: 'A part of this server is not answering. Wait a moment, then reload this page.',
    }
  if (status >= 500)
    return {
      title: 'Something failed here',
      next: 'Try again. If it stays, tell whoever runs this server the reference below.',
    }
  return {
    title: 'This did not work',
    next: 'Nothing was shared. Go back to the app and connect again; if it keeps happening, its makers need to know.',
  }
}
