/**
 * The authorization server's addresses: one Elysia router over the visible list in endpoints.ts.
 * Called by app.ts. It owns what every endpoint shares (method dispatch, CORS, caching and referrer headers, the one
 * error switch) and knows nothing of any grant, page or store.
 */
import { type AnyElysia, Elysia } from 'elysia'
import { Fault, type FaultKind } from '../shared/fault.ts'
import { requestContext } from '../shared/request-context.ts'
import { answerError } from './answer-error.ts'
import type { OidcDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { OAuthError } from './errors.ts'

type Parameters = Readonly<Record<string, string>>

export interface OidcSurface {
  readonly routes: AnyElysia
  /** The handler of a path without parameters or query, which a router would look for no better. */
  direct(method: string, path: string): ((request: Request) => Promise<Response>) | undefined
}

/** Serves `list`: an Elysia plugin, and past it what needs no router. Its handlers are total, so no error reaches Elysia. */
export function oidcSurface(
  dependencies: OidcDependencies,
  list: readonly Endpoint[] = endpoints(dependencies.settings),
): OidcSurface {
  const app = new Elysia({ name: 'oidc', seed: dependencies.settings.issuer })
  const byPath = new Map<string, (request: Request) => Promise<Response>>()
  for (const [path, atPath] of Map.groupBy(list, (endpoint) => endpoint.path)) {
    const serve = serveAt(path, atPath)
    app.all(path, ({ request, params }) => serve(dependencies, request, (params ?? {}) as Parameters), {
      parse: 'none',
    })
    if (!path.includes(':')) byPath.set(path, (request) => serve(dependencies, request, noParameters))
  }
  for (const path of ['/.well-known/*', '/auth/*']) {
    app.all(path, ({ request }) => finish(notFound(), request), { parse: 'none' })
  }
  // What is said of a body that is left out is the router's.
  return { routes: app, direct: (method, path) => (method === 'HEAD' ? undefined : byPath.get(path)) }
}

const noParameters: Parameters = {}

/** One path's methods. HEAD is GET without its body (RFC 9110 section 9.3.2). */
function serveAt(path: string, endpoints: readonly Endpoint[]) {
  const byMethod = new Map<string, Endpoint>(endpoints.map((endpoint) => [endpoint.method, endpoint]))
  const get = byMethod.get('GET')
  if (get !== undefined) byMethod.set('HEAD', get)
  const allow = [...byMethod.keys(), 'OPTIONS'].join(', ')
  const cors = endpoints.some((endpoint) => endpoint.cors)

  return async (dependencies: OidcDependencies, request: Request, parameters: Parameters): Promise<Response> => {
    requestContext(request).route = path
    if (request.method === 'OPTIONS') return finish(preflight(allow, cors), request, cors)
    const endpoint = byMethod.get(request.method)
    if (endpoint === undefined) return finish(methodNotAllowed(allow), request, cors)
    try {
      assertDecoded(parameters)
      return finish(await handleWithin(endpoint, dependencies, request, parameters), request, endpoint.cors)
    } catch (error) {
      return finish(answerError(error, endpoint, request, dependencies), request, endpoint.cors)
    }
  }
}

/** Handles a request within its address's allowance; where failures count, one too many is refused in place of its own answer. */
async function handleWithin(
  { limit, handle }: Endpoint,
  dependencies: OidcDependencies,
  request: Request,
  parameters: Parameters,
): Promise<Response> {
  if (limit === undefined || dependencies.limit === undefined) return handle(dependencies, request, parameters)
  await dependencies.limit(request, limit.rule, limit.counts === 'requests' ? 1 : 0)
  try {
    return await handle(dependencies, request, parameters)
  } catch (error) {
    const failed = error instanceof OAuthError || (error instanceof Fault && !notTheirs.has(error.kind))
    if (failed && limit.counts === 'failures') await dependencies.limit(request, limit.rule, 1)
    throw error
  }
}

/** Kinds of failure that say nothing against the request itself. */
const notTheirs: ReadonlySet<FaultKind> = new Set(['unavailable', 'rate_limited'])

/** The router gives `null` for a part of the path that is not percent-encoded UTF-8. Faults: `not_found`. */
function assertDecoded(parameters: Readonly<Record<string, string | null>>): void {
  if (Object.values(parameters).includes(null)) throw new Fault('not_found', 'Nothing is served at this address.')
}

/** The headers of every answer here: nothing is kept unless the endpoint said so, and no address leaks in a referrer. */
function finish(response: Response, request: Request, cors = false): Response {
  const { headers } = response
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  headers.set('referrer-policy', 'no-referrer')
  headers.set('x-content-type-options', 'nosniff')
  if (cors) {
    headers.set('access-control-allow-origin', '*')
    headers.set(
      'access-control-expose-headers',
      'WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id',
    )
  }
  return request.method === 'HEAD' ? new Response(null, { status: response.status, headers }) : response
}

/** Preflight needs no authentication, and `*` never comes with credentials (Fetch standard, section 3.2.5). */
function preflight(allow: string, cors: boolean): Response {
  const headers = new Headers({ allow })
  if (cors) {
    headers.set('access-control-allow-methods', allow)
    headers.set('access-control-allow-headers', 'Authorization, Content-Type, Accept, MCP-Protocol-Version')
    headers.set('access-control-max-age', '86400')
  }
  return new Response(null, { status: 204, headers })
}

const methodNotAllowed = (allow: string) =>
  Response.json(
    { error: 'invalid_request', error_description: `This address answers to ${allow}.` },
    { status: 405, headers: { allow } },
  )

const notFound = () =>
  Response.json({ error: 'not_found', error_description: 'Nothing is served at this address.' }, { status: 404 })
