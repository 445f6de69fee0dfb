/**
 * Roles -> surfaces -> one `Serve`. The wiring of all that is served is read here.
 * Routers of their own for resources, because a CORS plugin's hooks are global to its router: browsers of the allowed origins may call the
 * resources, while the sign-in server has a policy of its own for each address.
 */
import { type AnyElysia, Elysia } from 'elysia'
import { apiDocumentRoutes } from './api/document-routes.ts'
import { apiSurface } from './api/routes.ts'
import type { Config } from './config/config.ts'
import type { Dependencies } from './dependencies.ts'
import { clientAddress } from './http/client-address.ts'
import { resourceCors } from './http/cors.ts'
import { faviconRoutes } from './http/favicon.ts'
import { checkEngines, healthRoutes } from './http/health.ts'
import { localOnly } from './http/local-only.ts'
import { metricsPath, serveMetrics } from './http/metrics-page.ts'
import { notFound } from './http/not-found.ts'
import { type Handle, observe, type Serve, unexpectedError } from './http/observe.ts'
import { createWaiting } from './http/waiting.ts'
import { domainProofRoutes } from './mcp/domain-proof-routes.ts'
import { mcpSurface } from './mcp/routes.ts'
import { oidcSurface } from './oidc/routes.ts'
import { resourceRoutes } from './resource/routes.ts'
import type { Log } from './shared/log.ts'
import type { Gauges } from './shared/metrics.ts'
import { requestContext } from './shared/request-context.ts'
import { version } from './shared/version.ts'
import { uiRoutes } from './ui/routes.ts'
import { inProcess, overNetwork } from './ui/upstream.ts'

/** A part of what is served; `close` ends what would keep it open, such as streams. */
interface Surface {
  readonly routes: AnyElysia
  /** What serves exactly this method and path, where that needs no router: the same as the router would call. */
  direct?(method: string, path: string): Handle | undefined
  /** How many streams it holds open, under the name that metrics have for them. */
  readonly streams?: { readonly kind: string; count(): number }
  close?(): Promise<void>
}

/** Gives its routes when its role is on. */
type Mount = (dependencies: Dependencies) => Surface | undefined

/** What the resources' router serves. */
const resourceSurfaces: readonly Mount[] = [
  ({ api }) => api && withStreams('events', apiSurface(api)),
  ({ mcp }) => mcp && withStreams('mcp_sse', mcpSurface(mcp)),
]

function withStreams<S extends Surface & { openStreams(): number }>(kind: string, surface: S): Surface {
  return {
    ...surface,
    streams: { kind, count: () => surface.openStreams() },
  }
}

/** What people and clients see before they have a token. */
const openSurfaces: readonly Mount[] = [
  ({ auth }) => auth && oidcSurface(auth),
  ({ api }) => api && { routes: apiDocumentRoutes(api) },
]

export interface App {
  readonly serve: Serve
  /** Serves `/metrics` on a port of its own, where one is configured. */
  readonly serveMetrics: Serve | undefined
  /** Ends open streams, so that the process can stop. */
  close(): Promise<void>
}

/** Where a path belongs: the resources' router, or the other. */
const isResource = (path: string) =>
  (path.startsWith('/api/') || /^\/mcp([/?]|$)/.test(path)) && !/^[^?]*\/\.well-known\//.test(path)

/** What serves a configuration: all that comes in goes through the edge (http/observe). */
export function buildApp(config: Config, dependencies: Dependencies): App {
  const mounted = (mounts: readonly Mount[]) => mounts.flatMap((mount) => mount(dependencies) ?? [])
  const [resourceParts, openParts] = [mounted(resourceSurfaces), mounted(openSurfaces)]
  const forBrowsers = routedAtFirst(dependencies.log, () => [
    { routes: resourceCors(config.allowedOrigins) },
    ...resourceParts,
  ])
  // The plugin's hooks cost as much as all else of a small answer, and without Origin they have nothing to say.
  const forPrograms = routedAtFirst(dependencies.log, () => resourceParts)
  const open = router(dependencies.log, [
    { routes: healthRoutes(dependencies) },
    { routes: faviconRoutes() },
    // Without sign-in there is no authorization server that the metadata could name.
    ...(config.auth === 'none' ? [] : [{ routes: resourceRoutes({ settings: config }) }]),
    ...(config.openaiAppsChallenge === undefined ? [] : [{ routes: domainProofRoutes(config.openaiAppsChallenge) }]),
    ...openParts,
    ...pageParts(),
  ])
  const { page } = dependencies.measuring
  const metricsPage = page && (() => page(gaugesOf(dependencies, resourceParts)))
  const token = config.metrics?.token
  const metricsHere = metricsPage && token && serveMetrics(metricsPage, token.reveal())
  const route = (request: Request) => {
    const start = request.url.indexOf('/', 8)
    const path = start < 0 ? '/' : request.url.slice(start)
    if (metricsHere !== undefined && path === metricsPath) return metricsHere(request)
    if (!isResource(path)) {
      // Strangers are limited by address, and who has hung up has none: it is read before anything is waited for.
      void requestContext(request).address
      return directly(openParts, request.method, path)?.(request) ?? open.fetch(request)
    }
    if (request.headers.has('origin') || request.method === 'OPTIONS') return forBrowsers(request)
    return (directly(resourceParts, request.method, path) ?? forPrograms)(request)
  }
  /** The pages' server side is a client like any other: of this process where the role is here, of another otherwise. */
  function pageParts(): readonly Surface[] {
    const here = inProcess((request) => route(request))
    return dependencies.ui === undefined
      ? []
      : [
          {
            routes: uiRoutes(dependencies.ui, {
              api: dependencies.api === undefined ? overNetwork(config.apiUrl) : here,
              issuer: dependencies.auth === undefined ? overNetwork(config.authUrl) : here,
            }),
          },
        ]
  }
  const serve = observe(config.auth === 'none' ? localOnly(route, config.allowedHosts) : route, {
    ...edgeOf(config, dependencies),
    ...(page === undefined ? {} : { onAnswer: dependencies.measuring.metrics.answered }),
  })
  return {
    serve,
    serveMetrics:
      metricsPage === undefined || config.metrics?.port === undefined
        ? undefined
        : observe(serveMetrics(metricsPage), edgeOf(config, dependencies)),
    async close() {
      await Promise.all([...resourceParts, ...openParts].map((surface) => surface.close?.()))
    },
  }
}

/** What a process serves while it waits for others: the same edge, and behind it 503. */
export function buildWaiting(config: Config, { random, log }: Pick<Dependencies, 'random' | 'log'>) {
  const waiting = createWaiting({ version, roles: [...config.roles] })
  return { ...waiting, serve: observe(waiting.handle, edgeOf(config, { random, log })) }
}

const edgeOf = (config: Config, { random, log }: Pick<Dependencies, 'random' | 'log'>) => ({
  random,
  log,
  addressOf: clientAddress(config.trustedProxies),
  https: config.issuer.startsWith('https:'),
})

const gaugesOf = ({ healthChecks, queues }: Dependencies, surfaces: readonly Surface[]): Gauges => ({
  openStreams: () =>
    Object.fromEntries(surfaces.flatMap(({ streams }) => (streams ? [[streams.kind, streams.count()]] : []))),
  engines: async () => (await checkEngines(healthChecks)).map(({ engine, state }) => ({ engine, up: state === 'up' })),
  async queues() {
    const known = await Promise.allSettled(queues.map((read) => read()))
    return Object.assign({}, ...known.map((one) => (one.status === 'fulfilled' ? one.value : {})))
  },
})

/** What serves a request without a router, if any of the surfaces does. */
function directly(surfaces: readonly Surface[], method: string, path: string): Handle | undefined {
  for (const { direct } of surfaces) {
    const handle = direct?.(method, path)
    if (handle !== undefined) return handle
  }
  return undefined
}

/** A router that is put together by the first request for it: a start does not wait for it. */
function routedAtFirst(log: Log, surfaces: () => readonly Surface[]): Handle {
  let made: AnyElysia | undefined
  return (request) => {
    made ??= router(log, surfaces())
    return made.fetch(request)
  }
}

/** Handlers of surfaces are total; the router's own errors are an unknown path and what nobody expected. */
function router(log: Log, surfaces: readonly Surface[]): AnyElysia {
  const app: AnyElysia = new Elysia()
  for (const { routes } of surfaces) app.use(routes)
  return app.onError(({ code, error, request }) =>
    code === 'NOT_FOUND' ? notFound(request) : unexpectedError(request, error, log),
  )
}
