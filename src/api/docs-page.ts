/**
 * The documentation's page and what it loads, all from here: written by @elysiajs/swagger at the first request, its addresses
 * on other hosts replaced, its inline script and styles named by hash in a policy of its own.
 */

import { Finding } from '../shared/error-record.ts'
import { sha256 } from '../shared/hash.ts'
import { problemsPage } from './problems-page.ts'
import { servedDocument } from './served-document.ts'
import type { ViewerFiles } from './viewer-files.ts'

export type Serve = (request: Request) => Response

/** By path. `page` is the HTML as the plugin wrote it. */
export function docsFiles(
  page: string,
  viewer: ViewerFiles,
  connectTo: readonly string[],
): Readonly<Record<string, Serve>> {
  const html = page
    .replace(/https:\/\/unpkg\.com\/[^"]*swagger-ui-bundle\.js" crossorigin/, '/docs/viewer.js"')
    .replace(/SwaggerUIBundle\(.*\);/, `$&\n            ${withPkce}`)
  if (!html.includes(withPkce)) throw new Finding('The documentation could not sign in: its script has changed')
  const elsewhere = /(?:src|href)="(?:https?:)?\/\/[^"]*"/.exec(html)
  if (elsewhere !== null) throw new Error(`The documentation would load ${elsewhere[0]}`)
  return {
    '/docs': file(html, 'text/html; charset=utf-8', policyOf(html, connectTo)),
    '/docs/problems': file(problemsPage(), 'text/html; charset=utf-8', policyOf('', [])),
    '/docs/viewer.js': file(viewer.script, 'text/javascript; charset=utf-8'),
    '/docs/viewer.css': file(viewer.styles, 'text/css; charset=utf-8'),
    '/docs/oauth2-redirect.html': file(redirectPage, 'text/html; charset=utf-8', policyOf(redirectPage, [])),
    '/docs/oauth2-redirect.js': file(viewer.redirectScript, 'text/javascript; charset=utf-8'),
  }
}

/** Without it the viewer sends no code challenge, and the issuer lets no public client go on without one. */
const withPkce =
  'window.ui.initOAuth({ usePkceWithAuthorizationCodeGrant: true, scopes: "openid memories:read memories:write" });'

const redirectPage =
  '<!doctype html><html lang="en"><title>Signed in</title><script src="/docs/oauth2-redirect.js"></script></html>'

const file = (text: string, contentType: string, policy?: string): Serve =>
  servedDocument(() => text, {
    contentType,
    maxAgeSeconds: 3_600,
    headers: {
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      ...(policy === undefined ? {} : { 'content-security-policy': policy }),
    },
  })

/**
 * CSP Level 3: scripts and styles from here and the inline ones by hash (base64url is allowed there); requests to the API and the
 * authorization server.
 */
function policyOf(html: string, connectTo: readonly string[]): string {
  const hashes = (element: string) =>
    [...html.matchAll(new RegExp(`<${element}(?: [^>]*)?>([^]*?)</${element}>`, 'g'))]
      .map(([, content = '']) => content)
      .filter((content) => content !== '')
      .map((content) => ` 'sha256-${sha256(content)}'`)
      .join('')
  return [
    "default-src 'none'",
    `script-src 'self'${hashes('script')}`,
    `style-src 'self'${hashes('style')}`,
    "img-src 'self' data:",
    `connect-src 'self'${connectTo.map((origin) => ` ${origin}`).join('')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
