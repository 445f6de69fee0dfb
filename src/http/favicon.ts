/** `/favicon.ico`: browsers ask for it wherever a page names no icon, such as a JSON answer or the documentation. */
import { Elysia } from 'elysia'
import icon from '../shared/icon.svg' with { type: 'text' }
import { requestContext } from '../shared/request-context.ts'

const path = '/favicon.ico'
const headers = {
  'content-type': 'image/svg+xml',
  'cache-control': 'public, max-age=86400',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'cross-origin',
}

export function faviconRoutes() {
  const answer = (request: Request, body: string | null) => {
    requestContext(request).route = path
    return new Response(body, { headers })
  }
  return new Elysia({ name: 'favicon' })
    .get(path, ({ request }) => answer(request, icon))
    .head(path, ({ request }) => answer(request, null))
}
