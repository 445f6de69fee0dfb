/** `/mcp/sse`, HTTP with SSE (MCP 2024-11-05): GET opens the stream, POST with its session id gets 202 and the answer on the stream. */

import type { Principal } from '../resource/ports.ts'
import { readJson } from '../shared/read-body.ts'
import { requestContext } from '../shared/request-context.ts'
import { answersOnStream } from './answer-on-stream.ts'
import { streamHeaders } from './answers.ts'
import { missingScope, readsChallengeInResult } from './challenge.ts'
import { bodyLimitBytes, type McpDependencies } from './dependencies.ts'
import type { Features } from './features.ts'
import { rpcCodes } from './json-rpc.ts'
import { createLegacy } from './legacy.ts'
import type { Methods } from './methods.ts'
import { challengeAnswer, rpcError } from './refusals.ts'
import { createSseSessions } from './sse-sessions.ts'
import { senderOf } from './sse-transport.ts'

export interface Sse {
  serve(request: Request, principal: Principal): Promise<Response>
  openStreams(): number
  close(): Promise<void>
}

export function createSse<Services>(deps: McpDependencies<Services>, features: Features, methods: Methods): Sse {
  const legacy = createLegacy(deps.settings, methods, deps.log)
  const answerOn = answersOnStream(deps, legacy, features.tools)
  const sessions = createSseSessions(deps, answerOn, endpointPath(deps.settings.apiBaseUrl))

  const open = async (principal: Principal): Promise<Response> =>
    new Response(await sessions.open(principal), { headers: streamHeaders })

  const post = async (request: Request, principal: Principal): Promise<Response> => {
    const sessionId = new URL(request.url).searchParams.get('sessionId')
    if (sessionId === null || !/^[\w-]{16,64}$/.test(sessionId)) {
      return rpcError(400, rpcCodes.transport, 'Open the stream with GET first and post to the address it names.')
    }
    const message = await readJson(request, bodyLimitBytes)
    const refusal = missingScope(message, principal, features.tools, deps.settings, '/mcp/sse')
    // ChatGPT is told on the stream, where its results are.
    if (refusal !== undefined && !readsChallengeInResult(principal, request)) return challengeAnswer(refusal)
    const { requestId } = requestContext(request)
    const outcome = await deps.handover.post(sessionId, { sender: senderOf(principal), requestId, message })
    switch (outcome) {
      case 'accepted':
        return new Response('Accepted', { status: 202 })
      case 'not_yours':
        return rpcError(403, rpcCodes.transport, 'This stream was opened by another authorization.')
      case 'malformed':
        return rpcError(400, rpcCodes.invalidRequest, 'The body is not a JSON-RPC message.')
      case 'unknown':
        return rpcError(404, rpcCodes.transport, 'There is no such stream: open a new one.')
    }
  }

  return {
    async serve(request, principal) {
      if (request.method === 'GET') return open(principal)
      if (request.method === 'POST') return post(request, principal)
      return rpcError(405, rpcCodes.transport, 'Method not allowed.', { allow: 'GET, POST' })
    },
    openStreams: () => sessions.count(),
    close: () => sessions.close(),
  }
}

/** The path clients post to, as they see it: behind a proxy that adds a prefix, the prefix is part of API_BASE_URL. */
const endpointPath = (apiBaseUrl: string): string => `${new URL(apiBaseUrl).pathname.replace(/\/$/, '')}/mcp/sse`
