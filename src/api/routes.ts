/**
 * The REST surface: `/api/v1/*`, made from the list of operations. Called by app.ts; knows nothing of how tokens are issued or
 * memories kept. Elysia routes and no more: reading, checking and answering are our own, so that every refusal is a problem.
 */
import { type AnyElysia, Elysia } from 'elysia'
import { requestContext } from '../shared/request-context.ts'
import { apiPrefix, type Handler, type Params, serveBinding } from './binding.ts'
import { createChangeStreams } from './change-streams.ts'
import type { ApiDependencies, ApiSettings } from './dependencies.ts'
import { serveOpenApi } from './document-routes.ts'
import { serveMe } from './me.ts'
import { problem } from './problem.ts'

const openApiPath = `${apiPrefix}/openapi.json`

interface Route {
  readonly method: string
  /** With `:name` for parameters. */
  readonly path: string
  readonly serve: Handler
}

export interface ApiSurface {
  readonly routes: AnyElysia
  /** The handler of a path without parameters or query, which a router would look for no better. */
  direct(method: string, path: string): ((request: Request) => Promise<Response>) | undefined
  /** Streams of changes that are open. */
  openStreams(): number
  /** Ends open streams. */
  close(): Promise<void>
}

export function apiSurface<Services>(deps: ApiDependencies<Services>): ApiSurface {
  const streams = deps.changes && createChangeStreams(deps, deps.changes)
  const events = streams === undefined ? [] : [{ method: 'GET', path: `${apiPrefix}/events`, serve: streams.serve }]
  const routes = [...routesOf(deps), ...events]
  return {
    routes: routesFor(routes, deps.settings),
    direct: directly(routes),
    openStreams: () => streams?.count() ?? 0,
    async close() {
      streams?.close()
    },
  }
}

function routesFor(routes: readonly Route[], { apiBaseUrl }: ApiSettings): AnyElysia {
  const app: AnyElysia = new Elysia({ name: 'api', seed: apiBaseUrl })
  const methodsOf = new Map<string, string[]>()
  for (const { method, path, serve } of routes) {
    const methods = methodsOf.get(path) ?? []
    methodsOf.set(path, methods)
    for (const served of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
      methods.push(served)
      app.route(served, path, ({ request, params }) => serve(request, params), { parse: 'none' })
    }
  }
  for (const [path, methods] of methodsOf) {
    const allow = methods.toSorted().join(', ')
    app.all(path, ({ request }) => methodNotAllowed(request, path, allow, apiBaseUrl), { parse: 'none' })
  }
  return app.all(`${apiPrefix}/*`, ({ request }) => nothingHere(request, apiBaseUrl), { parse: 'none' })
}

const noParams: Params = {}

function directly(routes: readonly Route[]): ApiSurface['direct'] {
  const byPath = new Map<string, Map<string, (request: Request) => Promise<Response>>>()
  for (const { method, path, serve } of routes) {
    if (path.includes(':')) continue
    const byMethod = byPath.get(path) ?? new Map()
    byPath.set(
      path,
      byMethod.set(method, (request: Request) => serve(request, noParams)),
    )
  }
  return (method, path) => byPath.get(path)?.get(method)
}

function routesOf<Services>(deps: ApiDependencies<Services>): readonly Route[] {
  const bindings = deps.operations.flatMap((operation) =>
    operation.rest.map((binding) => ({
      method: binding.method.toUpperCase(),
      path: routerPath(binding.path),
      serve: serveBinding(deps, operation, binding),
    })),
  )
  const document = serveOpenApi(deps, 'complete')
  return [
    { method: 'GET', path: `${apiPrefix}/me`, serve: serveMe(deps) },
    {
      method: 'GET',
      path: openApiPath,
      async serve(request) {
        requestContext(request).route = openApiPath
        return document(request)
      },
    },
    ...bindings,
  ]
}

/** Elysia serves a path with and without a slash at the end, which OpenMemory's scripts write. */
const routerPath = (path: string) => apiPrefix + path.replace(/\/$/, '').replace(/\{(\w+)\}/g, ':$1')

/** RFC 9110 section 15.5.6: the answer lists what is allowed. */
function methodNotAllowed(request: Request, path: string, allow: string, apiBaseUrl: string): Response {
  requestContext(request).route = path
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow: `${allow}, OPTIONS` } })
  return problem(request, apiBaseUrl, 'method_not_allowed', {
    detail: `This address takes ${allow}.`,
    headers: { allow },
  })
}

function nothingHere(request: Request, apiBaseUrl: string): Response {
  requestContext(request).route = `${apiPrefix}/*`
  return problem(request, apiBaseUrl, 'not_found', { detail: 'Nothing is served at this address.' })
}
