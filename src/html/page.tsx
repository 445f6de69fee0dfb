/** @jsxImportSource preact */
/**
 * The shell of every page: document, and the HTTP headers that keep a page what it is; and the card that the pages of sign-in are.
 * Used by the authorization server's pages and by the UI. Knows nothing of either, and of no runtime.
 */
import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { type Asset, favicon, stylesheet } from './assets.ts'
import { Mark } from './components.tsx'

export interface PageOptions {
  readonly title: string
  /** The folder under which this surface serves the assets: `/auth/assets`. */
  readonly assetsPath: string
  readonly status?: number | undefined
  /** A page that moves on by itself: where to, an absolute URL. */
  readonly movesOnTo?: string
  /** Paths of script files of our own that this page may run. Most pages run none. */
  readonly scripts?: readonly string[]
  /** The stylesheet in place of the one that all pages share; it holds that one. */
  readonly stylesheet?: Asset
  /** What goes into the head beside what every page has. */
  readonly head?: ComponentChildren
  /** How the page is framed: a single card unless said otherwise; `none` for a body that frames itself. */
  readonly frame?: 'card' | 'none'
  /** Where its forms may go: this origin unless said otherwise; `anywhere` for RFC-conforming form_post to a client. */
  readonly formsTo?: 'self' | 'anywhere'
  readonly headers?: HeadersInit | undefined
}

/** Renders a whole HTML page as a response that no other page may frame and no cache may keep. */
export function pageResponse(options: PageOptions, body: ComponentChildren): Response {
  const html = `<!doctype html>${renderToString(<Document options={options}>{body}</Document>)}`
  const headers = new Headers(options.headers)
  for (const [name, value] of pageHeaders(options)) headers.set(name, value)
  return new Response(html, { status: options.status ?? 200, headers })
}

function pageHeaders({ scripts = [], formsTo = 'self' }: PageOptions): readonly (readonly [string, string])[] {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    // What a script of ours may fetch is of this origin too.
    ...(scripts.length > 0 ? ["script-src 'self'", "connect-src 'self'"] : []),
    ...(formsTo === 'self' ? ["form-action 'self'"] : []),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return [
    ['content-type', 'text/html; charset=utf-8'],
    ['content-security-policy', policy.join('; ')],
    ['cache-control', 'no-store'],
    ['referrer-policy', 'no-referrer'],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
  ]
}

function Document({ options, children }: { options: PageOptions; children: ComponentChildren }) {
  const { title, assetsPath, movesOnTo, scripts = [], head, frame = 'card' } = options
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        {movesOnTo === undefined ? null : <meta http-equiv="refresh" content={`0;url=${movesOnTo}`} />}
        <title>{`${title} · souvenir`}</title>
        <link rel="icon" href={`${assetsPath}/${favicon.fileName}`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${assetsPath}/${(options.stylesheet ?? stylesheet).fileName}`} />
        {head}
        {scripts.map((path) => (
          <script key={path} src={path} defer />
        ))}
      </head>
      <body>{frame === 'card' ? <Card>{children}</Card> : children}</body>
    </html>
  )
}

const Card = ({ children }: { children: ComponentChildren }) => (
  <>
    <header class="site-header">
      <p class="wordmark">
        <Mark />
        souvenir
      </p>
    </header>
    <main>
      <div class="card">{children}</div>
    </main>
    <footer class="site-footer">A memory of your own, on a server of your own.</footer>
  </>
)
