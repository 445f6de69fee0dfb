/**
 * Roles -> surfaces -> one `Serve`. The wiring of all that is served is read here.
 * Routers of their own for resources, because a CORS plugin's hooks are global to its router: browsers of the allowed origins may call the
 * resources, while the sign-in server has a policy of its own for each address.
 */
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
import { type Handle, observe, type Serve } from './http/observe.ts'
import { directly, routedAtFirst, router, type Surface } from './http/surface.ts'
import { createWaiting } from './http/waiting.ts'
import { domainProofRoutes } from './mcp/domain-proof-routes.ts'
import { mcpSurface } from './mcp/routes.ts'
import { oidcSurface } from './oidc/routes.ts'
import { resourceRoutes } from './resource/routes.ts'
import { logOnce } from './shared/log-once.ts'
import type { Gauges } from './shared/metrics.ts'
import { requestContext } from './shared/request-context.ts'
import { version } from './shared/version.ts'
import { uiRoutes } from './ui/routes.ts'
import { inProcess, overNetwork } from './ui/upstream.ts'

/** Gives its surface where the configuration wants it; `here` is the way to all that this process serves. */
type Mount = (dependencies: Dependencies, config: Config, here: Handle) => Surface | undefined

/** What the resources' router serves. */
const resourceSurfaces: readonly Mount[] = [
  ({ api }) => api && withStreams('events', apiSurface(api)),
  ({ mcp }) => mcp && withStreams('mcp_sse', mcpSurface(mcp)),
]

const withStreams = <S extends Surface & { openStreams(): number }>(kind: string, surface: S): Surface => ({
  ...surface,
  streams: { kind, count: () => surface.openStreams() },
})

/** What people and clients see before they have a token, and the pages. */
const openSurfaces: readonly Mount[] = [
  (dependencies) => ({ routes: healthRoutes(dependencies) }),
  () => ({ routes: faviconRoutes() }),
  // Without sign-in there is no authorization server that the metadata could name.
  (_, settings) => (settings.auth === 'none' ? undefined : { routes: resourceRoutes({ settings }) }),
  (_, { openaiAppsChallenge: proof }) => (proof === undefined ? undefined : { routes: domainProofRoutes(proof) }),
  ({ auth }) => auth && oidcSurface(auth),
  ({ api }) => api && { routes: apiDocumentRoutes(api) },
  ({ ui, ...roles }, config, here) => ui && { routes: uiRoutes(ui, upstreams(roles, config, here)) },
]

/** The pages' server side is a client like any other: of this process where the role is here, of another otherwise. */
const upstreams = (
  { api, auth }: Pick<Dependencies, 'api' | 'auth'>,
  { apiUrl, authUrl }: Config,
  here: Handle,
): Parameters<typeof uiRoutes>[1] => ({
  api: api === undefined ? overNetwork(apiUrl) : inProcess(here),
  issuer: auth === undefined ? overNetwork(authUrl) : inProcess(here),
})

export interface App {
  readonly serve: Serve
  /** Serves `/metrics` on a port of its own, where one is configured. */
  readonly serveMetrics: Serve | undefined
  /** Ends open streams, so that the process can stop. */
  close(): Promise<void>
}

/** What serves a configuration: all that comes in goes through the edge (http/observe). */
export function buildApp(config: Config, dependencies: Dependencies): App {
  const here: Handle = (request) => route(request)
  const mounted = (mounts: readonly Mount[]) => mounts.flatMap((mount) => mount(dependencies, config, here) ?? [])
  const [resources, open] = [mounted(resourceSurfaces), mounted(openSurfaces)]
  const { page, metrics } = dependencies.measuring
  const gauges = gaugesOf(dependencies, resources)
  const metricsPage = page && (() => page(gauges))
  const route = routeOf(config, dependencies, resources, open, metricsPage)
  const edge = edgeOf(config, dependencies)
  return {
    serve: observe(config.auth === 'none' ? localOnly(route, localNames(config)) : route, {
      ...edge,
      ...(page === undefined ? {} : { onAnswer: metrics.answered }),
    }),
    serveMetrics:
      metricsPage === undefined || config.metrics?.port === undefined
        ? undefined
        : observe(serveMetrics(metricsPage), edge),
    async close() {
      await Promise.all([...resources, ...open].map((surface) => surface.close?.()))
    },
  }
}

/** Where the pages are that may call a process without sign-in. */
const localNames = ({ allowedHosts, allowedOrigins, ...config }: Config): Parameters<typeof localOnly>[1] => ({
  allowedHosts,
  origins: [
    ...allowedOrigins,
    config.apiBaseUrl,
    config.uiBaseUrl,
    config.issuer,
    `http://localhost:${config.listen.port}`,
  ],
})

/** Which of the routers a request is for, or the handler that needs none. */
function routeOf(
  config: Config,
  { log }: Dependencies,
  resources: readonly Surface[],
  open: readonly Surface[],
  metricsPage: Parameters<typeof serveMetrics>[0] | undefined,
): Handle {
  const forBrowsers = routedAtFirst(log, () => [{ routes: resourceCors(config.allowedOrigins) }, ...resources])
  // The plugin's hooks cost as much as all else of a small answer, and without Origin they have nothing to say.
  const forPrograms = routedAtFirst(log, () => resources)
  const forPeople = router(log, open)
  const openDirect = open.filter(({ direct }) => direct !== undefined)
  const token = config.metrics?.token
  const metricsHere = metricsPage && token && serveMetrics(metricsPage, token.reveal())
  return (request) => {
    const start = request.url.indexOf('/', 8)
    const path = start < 0 ? '/' : request.url.slice(start)
    if (metricsHere !== undefined && path === metricsPath) return metricsHere(request)
    if (!isResource(path)) {
      // Strangers are limited by address, and who has hung up has none: it is read before anything is waited for.
      void requestContext(request).address
      return directly(openDirect, request.method, path)?.(request) ?? forPeople.fetch(request)
    }
    if (request.headers.has('origin') || request.method === 'OPTIONS') return forBrowsers(request)
    return (directly(resources, request.method, path) ?? forPrograms)(request)
  }
}

/** Where a path belongs: the resources' router, or the other. */
const isResource = (path: string) =>
  (path.startsWith('/api/') || /^\/mcp([/?]|$)/.test(path)) && !/^[^?]*\/\.well-known\//.test(path)

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

function gaugesOf({ healthChecks, queues, log, clock }: Dependencies, surfaces: readonly Surface[]): Gauges {
  const tell = logOnce(log, clock, 'a queue cannot be read for /metrics')
  return {
    openStreams: () =>
      Object.fromEntries(surfaces.flatMap(({ streams }) => (streams ? [[streams.kind, streams.count()]] : []))),
    engines: async () =>
      (await checkEngines(healthChecks)).map(({ engine, state }) => ({ engine, up: state === 'up' })),
    async queues() {
      const known = await Promise.allSettled(queues.map((read) => read()))
      for (const one of known) if (one.status === 'rejected') tell(one.reason)
      return Object.assign({}, ...known.map((one) => (one.status === 'fulfilled' ? one.value : {})))
    },
  }
}
