/**
 * The addresses of the role ui: pages for people, `/session/*` for signing in and out, `/ui/assets/*`. Called by app.ts. The pages and what
 * they are made of are loaded by the first request for one, so that a start does not pay for them.
 */
import { type AnyElysia, Elysia } from 'elysia'
import { notFound } from '../http/not-found.ts'
import { atFirstUse } from '../shared/at-first-use.ts'
import { requestContext } from '../shared/request-context.ts'
import type { UiDependencies, Upstreams } from './dependencies.ts'
import { pages } from './pages.ts'

type Params = Readonly<Record<string, string | undefined>>

export function uiRoutes(dependencies: UiDependencies, upstreams: Upstreams): AnyElysia {
  const app: AnyElysia = new Elysia({ name: 'ui', seed: dependencies.settings.uiBaseUrl })
  const parts = atFirstUse(() => openParts(dependencies, upstreams))
  for (const { path, load } of pages) {
    const serve = async (request: Request, params: Params = {}) => {
      requestContext(request).route = path
      const [{ site, servePage }, { page }] = await Promise.all([parts(), load()])
      return servePage(page, request, params, site)
    }
    // What asks for no page is a program that looks for an API, and is told in JSON that there is none.
    const orNothing = (request: Request) => (wantsPage(request) ? serve(request) : notFound(request))
    if (path === '/') {
      const orAsPage = (request: Request) => (wantsPage(request) ? serve(request) : notFound(request, pagesAreHere))
      for (const method of ['GET', 'HEAD']) app.route(method, path, ({ request }) => orAsPage(request))
    }
    // For all methods, as most addresses are: one for GET alone would stand before those.
    else if (path === '/*') app.all(path, ({ request }) => orNothing(request), { parse: 'none' })
    else app.all(path, ({ request, params }) => serve(request, params), { parse: 'none' })
  }
  app.get('/ui/assets/*', async ({ request }) => {
    requestContext(request).route = '/ui/assets/*'
    const { assets } = await parts()
    return assets(new URL(request.url).pathname) ?? notFound(request)
  })
  return app
}

/** For whoever tries the address with curl first. */
const pagesAreHere =
  'The pages for people are here, for what asks for them (Accept: text/html). Programs ask /mcp and /api/v1 at the address of the API.'

const wantsPage = (request: Request) => (request.headers.get('accept') ?? '').includes('text/html')

async function openParts(dependencies: UiDependencies, upstreams: Upstreams) {
  const [{ openSite }, { servePage }, { serveAsset }] = await Promise.all([
    import('./site.ts'),
    import('./serve-page.ts'),
    import('./assets.ts'),
  ])
  return { site: openSite(dependencies, upstreams), servePage, assets: serveAsset }
}
