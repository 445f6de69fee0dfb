/**
 * The MCP surface: `/mcp` (Streamable HTTP) and `/mcp/sse` (HTTP+SSE). Called by app.ts; knows nothing of how tokens are issued or
 * memories kept. Every request passes the same steps in the same order: origin, token, then the transport.
 */
import { type AnyElysia, Elysia } from 'elysia'
import { assertStanding, authenticate } from '../resource/bearer.ts'
import { BearerChallenge } from '../resource/errors.ts'
import type { Principal } from '../resource/ports.ts'
import { Fault } from '../shared/fault.ts'
import icon from '../shared/icon.svg' with { type: 'text' }
import { logOutage } from '../shared/log-outage.ts'
import { readJson } from '../shared/read-body.ts'
import { requestContext } from '../shared/request-context.ts'
import { respond } from './answers.ts'
import { callOf } from './call.ts'
import { challengeResult, missingScope, readsChallengeInResult } from './challenge.ts'
import { bodyLimitBytes, type McpDependencies } from './dependencies.ts'
import { createFeatures, iconPath } from './features.ts'
import { requestIdOf, rpcCodes } from './json-rpc.ts'
import { requestsIn } from './legacy.ts'
import { createMethods } from './methods.ts'
import { originCheck } from './origin.ts'
import { challengeAnswer, faultAnswer, rpcError } from './refusals.ts'
import { createSse } from './sse.ts'
import { createStreamableHttp, wantsStream } from './streamable-http.ts'

export interface McpSurface {
  readonly routes: AnyElysia
  /** The handler of `/mcp`, where the path is that alone. */
  direct(method: string, path: string): ((request: Request) => Promise<Response>) | undefined
  /** HTTP+SSE streams that are open. */
  openStreams(): number
  /** Ends open streams and requests. */
  close(): Promise<void>
}

export function mcpSurface<Services>(deps: McpDependencies<Services>): McpSurface {
  const features = createFeatures(deps)
  const methods = createMethods(features)
  const streamable = createStreamableHttp(deps, methods)
  const sse = createSse(deps, features, methods)
  const originAllowed = originCheck(deps.settings)

  /** Total: whatever happens, an answer comes back and nothing inside of it is shown. */
  const guarded =
    (path: '/mcp' | '/mcp/sse', serve: (request: Request, principal: Principal) => Promise<Response>) =>
    async (request: Request): Promise<Response> => {
      const context = requestContext(request)
      context.route = path
      try {
        if (!originAllowed(request)) return rpcError(403, rpcCodes.transport, 'This origin is not allowed.')
        const principal = await authenticate(deps, request, path)
        await deps.limit?.(request, principal)
        deps.arrived?.()
        return await serve(request, principal)
      } catch (error) {
        if (error instanceof BearerChallenge) return challengeAnswer(error)
        if (error instanceof Fault) {
          logOutage(deps.log, error, { requestId: context.requestId })
          return faultAnswer(error)
        }
        deps.log.error({ requestId: context.requestId, err: error }, 'mcp failed')
        return rpcError(500, rpcCodes.internal, `Something went wrong here (request ${context.requestId}).`)
      }
    }

  const serveStreamable = async (request: Request, principal: Principal): Promise<Response> => {
    // MCP 2026-07-28: one POST endpoint. The stateless service of 2025's revisions has no stream to GET and no session to DELETE.
    if (request.method !== 'POST') return rpcError(405, rpcCodes.transport, 'Method not allowed.', { allow: 'POST' })
    const body = await readJson(request, bodyLimitBytes)
    // The first was taken before the body was read.
    const more = requestsIn(body) - 1
    if (more > 0) await deps.limit?.(request, principal, more)
    const refusal = missingScope(body, principal, features.tools, deps.settings, '/mcp')
    if (refusal !== undefined) {
      const id = requestIdOf(body)
      return id !== undefined && readsChallengeInResult(principal, request)
        ? respond({ status: 200, body: challengeResult(id, refusal) }, wantsStream(request.headers.get('accept')))
        : challengeAnswer(refusal)
    }
    const { requestId } = requestContext(request)
    const stands = () => assertStanding(deps, principal, requestId, '/mcp')
    return streamable(request, body, callOf(principal, requestId, deps.clock.now(), stands))
  }

  const streamableHttp = guarded('/mcp', serveStreamable)
  const overSse = guarded('/mcp/sse', sse.serve)
  const routes = new Elysia({ name: 'mcp', seed: deps.settings.apiBaseUrl })
    .all('/mcp', ({ request }) => streamableHttp(request), { parse: 'none' })
    .all('/mcp/sse', ({ request }) => overSse(request), { parse: 'none' })
    .get(iconPath, ({ request }) => {
      requestContext(request).route = iconPath
      return new Response(icon, { headers: iconHeaders })
    })

  return {
    routes,
    direct: (_method, path) => (path === '/mcp' ? streamableHttp : undefined),
    openStreams: sse.openStreams,
    close: sse.close,
  }
}

/** Open to all, as clients fetch icons without credentials (MCP 2025-11-25, Icons); no script in it runs. */
const iconHeaders = {
  'content-type': 'image/svg+xml',
  'cache-control': 'public, max-age=86400',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
}
