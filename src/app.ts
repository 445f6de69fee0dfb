/**
 * Roles -> surfaces -> one `Serve`. The wiring of all that is served is read here.
 * Two routers, because a CORS plugin's hooks are global to its router: browsers of the allowed origins may call the
 * resources, while the sign-in server has a policy of its own for each address.
 */
import { type AnyElysia, Elysia } from 'elysia'
import type { Config } from './config/config.ts'
import type { Dependencies } from './dependencies.ts'
import { clientAddress } from './http/client-address.ts'
import { resourceCors } from './http/cors.ts'
import { healthRoutes } from './http/health.ts'
import { notFound } from './http/not-found.ts'
import { observe, type Serve, unexpectedError } from './http/observe.ts'
import { oidcRoutes } from './oidc/routes.ts'
import { resourceRoutes } from './resource/routes.ts'

type Plugin = AnyElysia | undefined

/** What the resources' router serves: each function gives its routes when its role is on. */
const resourceSurfaces: readonly ((dependencies: Dependencies) => Plugin)[] = []

/** What people and clients see before they have a token. */
const openSurfaces: readonly ((dependencies: Dependencies) => Plugin)[] = [({ auth }) => auth && oidcRoutes(auth)]

/** Where a path belongs: the resources' router, or the other. */
const isResource = (path: string) =>
  (path.startsWith('/api/') || /^\/mcp([/?]|$)/.test(path)) && !path.includes('/.well-known/')

/** What serves a configuration: all that comes in goes through the edge (http/observe). */
export function buildApp(config: Config, dependencies: Dependencies): Serve {
  const resources = router(dependencies, [() => resourceCors(config.allowedOrigins), ...resourceSurfaces])
  const open = router(dependencies, [healthRoutes, () => resourceRoutes({ settings: config }), ...openSurfaces])
  const route = (request: Request) => {
    const start = request.url.indexOf('/', 8)
    return isResource(start < 0 ? '/' : request.url.slice(start)) ? resources.fetch(request) : open.fetch(request)
  }
  return observe(route, {
    random: dependencies.random,
    log: dependencies.log,
    addressOf: clientAddress(config.trustedProxies),
    https: config.issuer.startsWith('https:'),
  })
}

/** Handlers of surfaces are total; the router's own errors are an unknown path and what nobody expected. */
function router(dependencies: Dependencies, surfaces: readonly ((dependencies: Dependencies) => Plugin)[]): AnyElysia {
  const app: AnyElysia = new Elysia()
  for (const surface of surfaces) {
    const plugin = surface(dependencies)
    if (plugin !== undefined) app.use(plugin)
  }
  return app.onError(({ code, error, request }) =>
    code === 'NOT_FOUND' ? notFound(request) : unexpectedError(request, error, dependencies.log),
  )
}
