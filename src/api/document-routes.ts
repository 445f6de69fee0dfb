/** What describes the API: `/openapi.json` for ChatGPT's Actions, and the page that explains each problem. Public, no token. */
import { type AnyElysia, Elysia } from 'elysia'
import { atFirstUse } from '../shared/at-first-use.ts'
import { requestContext } from '../shared/request-context.ts'
import type { ApiDependencies } from './dependencies.ts'
import { openApiDocument } from './openapi.ts'
import type { Audience } from './openapi-schema.ts'
import { problem } from './problem.ts'
import { servedDocument } from './served-document.ts'

type Described<Services> = Pick<ApiDependencies<Services>, 'operations' | 'settings'>

/** Serves one of the OpenAPI documents. */
export const serveOpenApi = <Services>(
  { operations, settings }: Described<Services>,
  audience: Audience,
  headers: Readonly<Record<string, string>> = {},
) =>
  servedDocument(() => JSON.stringify(openApiDocument(operations, settings, audience)), {
    contentType: 'application/json',
    maxAgeSeconds: 300,
    headers,
  })

/** Addresses outside of `/api/v1`, so that the router of people's pages serves them. */
export function apiDocumentRoutes<Services>(deps: Described<Services>): AnyElysia {
  const app: AnyElysia = new Elysia({ name: 'api-documents', seed: deps.settings.apiBaseUrl })
  // Any browser may read it: it holds nothing that is not public.
  const documents = { '/openapi.json': serveOpenApi(deps, 'actions', { 'access-control-allow-origin': '*' }) }
  for (const [path, serve] of Object.entries(documents)) {
    for (const method of ['GET', 'HEAD']) {
      app.route(method, path, ({ request }) => {
        requestContext(request).route = path
        return serve(request)
      })
    }
  }
  // The viewer is large: it is read when somebody asks for it first, and never if nobody does.
  const load = atFirstUse(async () => (await import('./docs-plugin.ts')).loadDocs(deps.settings))
  const docs = async (request: Request) => {
    requestContext(request).route = '/docs'
    const { pathname } = new URL(request.url)
    // The page's links are relative to the folder above it.
    if (pathname.endsWith('/')) return new Response(null, { status: 308, headers: { location: pathname.slice(0, -1) } })
    const files = await load()
    const serve = files[pathname]
    if (serve !== undefined) return serve(request)
    return problem(request, deps.settings.apiBaseUrl, 'not_found', { detail: 'Nothing is served at this address.' })
  }
  return app
    .route('GET', '/docs', ({ request }) => docs(request))
    .route('HEAD', '/docs', ({ request }) => docs(request))
    .route('GET', '/docs/*', ({ request }) => docs(request))
    .route('HEAD', '/docs/*', ({ request }) => docs(request))
}
