/** What comes in on a stream of HTTP+SSE (MCP 2024-11-05), and its answers. Knows nothing of how long the stream lives, or whose it is. */
import { assertStanding } from '../resource/bearer.ts'
import { BearerChallenge } from '../resource/errors.ts'
import { type Call, callOf } from './call.ts'
import { challengeResult, missingScope } from './challenge.ts'
import type { McpDependencies } from './dependencies.ts'
import { errorAnswer, type RequestId, type RpcAnswer, type RpcRequest, readMessage, rpcCodes } from './json-rpc.ts'
import type { Legacy } from './legacy.ts'
import type { SseTransport } from './sse-transport.ts'
import type { Tools } from './tools.ts'

/** Puts the methods behind a stream: each message runs as the sender that its POST named. */
export const answersOnStream = <Services>(
  deps: McpDependencies<Services>,
  legacy: Pick<Legacy, 'request'>,
  tools: Pick<Tools, 'scopeOf'>,
) =>
  function answerOn(transport: SseTransport): void {
    /** Requests under way that the client has not cancelled. */
    const pending = new Set<RequestId>()

    transport.onmessage = (posted, { sender: from, requestInfo } = {}) => {
      const message = readMessage(posted)
      const requestId = requestInfo?.headers['x-request-id']
      if (message === undefined || from === undefined || typeof requestId !== 'string') return
      if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
        pending.delete(message.params.requestId as RequestId)
      }
      if (message.kind !== 'request') return
      const sender = { ...from, scopes: new Set(from.scopes) }
      const lacking = missingScope(posted, sender, tools, deps.settings, '/mcp/sse')
      if (lacking === undefined) {
        const stands = () => assertStanding(deps, from, requestId, '/mcp/sse')
        void answer(message, callOf(sender, requestId, deps.clock.now(), stands))
      } else void transport.send(challengeResult(message.id, lacking))
    }

    /** MCP 2024-11-05, Cancellation: what was cancelled meanwhile gets no response. */
    async function answer(request: RpcRequest, call: Call): Promise<void> {
      pending.add(request.id)
      const response = await legacy.request(request, call).catch((error) => refusal(request.id, error))
      if (pending.delete(request.id)) await transport.send(response)
    }
  }

/** The POST was told 202 long ago, so that what HTTP would say is said on the stream. */
function refusal(id: RequestId, error: unknown): RpcAnswer {
  const message = error instanceof BearerChallenge ? error.description : 'Something went wrong here.'
  return errorAnswer(id, { code: rpcCodes.transport, message })
}
