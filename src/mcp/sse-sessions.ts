/**
 * The open HTTP+SSE streams of this process: whose each is, and when it must end. A stream belongs to the authorization that opened
 * it, ends with its token or with a revocation, and says something at least every 15 s. One timer serves all of them.
 */
import { assertStanding } from '../resource/bearer.ts'
import { BearerChallenge } from '../resource/errors.ts'
import type { Principal, Revocation } from '../resource/ports.ts'
import { createCounts } from '../shared/counts.ts'
import { Fault } from '../shared/fault.ts'
import { type Call, callOf } from './call.ts'
import { challengeResult, missingScope } from './challenge.ts'
import type { McpDependencies, StreamLimits } from './dependencies.ts'
import { errorAnswer, type RequestId, type RpcAnswer, type RpcRequest, readMessage, rpcCodes } from './json-rpc.ts'
import type { Legacy } from './legacy.ts'
import { createSseTransport, type SseTransport } from './sse-transport.ts'
import type { Tools } from './tools.ts'

const defaultStreamLimits: StreamLimits = {
  keepAliveMs: 15_000,
  tickMs: 1_000,
  perUser: 20,
  perProcess: 10_000,
  bufferBytes: 1024 * 1024,
}

export interface SseSessions {
  /** Opens a stream for the principal. Faults: `rate_limited` at the caps; `unavailable` while closing. */
  open(principal: Principal): Promise<ReadableStream<Uint8Array>>
  /** How many are open. */
  count(): number
  close(): Promise<void>
}

interface Session {
  readonly ownerId: string
  readonly transport: SseTransport
  readonly stop: () => Promise<void>
}

export function createSseSessions<Services>(
  deps: McpDependencies<Services>,
  legacy: Pick<Legacy, 'request'>,
  tools: Pick<Tools, 'scopeOf'>,
  endpointPath: string,
): SseSessions {
  const { clock, random, feed, handover, log, settings } = deps
  const limits = { ...defaultStreamLimits, ...settings.streams }
  const sessions = new Map<string, Session>()
  const perUser = createCounts()
  let timer: ReturnType<typeof setInterval> | undefined
  let unsubscribe: (() => void) | undefined
  let closing = false

  const end = (sessionId: string, reason: string): void => {
    const session = sessions.get(sessionId)
    if (session === undefined) return
    sessions.delete(sessionId)
    perUser.add(session.ownerId, -1)
    log.debug({ reason }, 'stream closed')
    void session.transport.close()
    session.stop().catch((cause) => log.warn({ err: cause }, 'stream hand-over could not be closed'))
    if (sessions.size > 0) return
    clearInterval(timer)
    timer = undefined
    unsubscribe?.()
    unsubscribe = undefined
  }

  const tick = (): void => {
    const now = clock.now()
    for (const [sessionId, { transport }] of sessions) {
      if (transport.expiresAt() * 1000 <= now) end(sessionId, 'expired')
      else if (now - transport.lastWriteMs() >= limits.keepAliveMs - limits.tickMs) transport.keepAlive()
    }
  }

  const onRevoked = (revocation: Revocation): void => {
    for (const [sessionId, { transport }] of sessions) {
      if (transport.isRevokedBy(revocation)) end(sessionId, 'revoked')
    }
  }

  /** Answers on the stream what comes in on it. */
  const serve = (transport: SseTransport): void => {
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
      const lacking = missingScope(posted, sender, tools, settings, '/mcp/sse')
      if (lacking === undefined) {
        const stands = () => assertStanding(deps, from, requestId, '/mcp/sse')
        void answer(message, callOf(sender, requestId, clock.now(), stands))
      } else void transport.send(challengeResult(message.id, lacking))
    }

    /** MCP 2024-11-05, Cancellation: what was cancelled meanwhile gets no response. */
    const answer = async (request: RpcRequest, call: Call): Promise<void> => {
      pending.add(request.id)
      const response = await legacy.request(request, call).catch((error) => refusal(request.id, error))
      if (pending.delete(request.id)) await transport.send(response)
    }
  }

  return {
    async open(principal) {
      if (closing) throw new Fault('unavailable', 'The server is going down.', { retryAfterSeconds: 1 })
      if (sessions.size >= limits.perProcess) {
        throw new Fault('unavailable', 'Too many streams are open.', { retryAfterSeconds: 30 })
      }
      if (perUser.of(principal.ownerId) >= limits.perUser) {
        throw new Fault('rate_limited', `At most ${limits.perUser} streams may be open; close one.`, {
          code: 'too_many_streams',
          retryAfterSeconds: 30,
        })
      }
      const sessionId = random.token(24)
      const transport = createSseTransport({
        sessionId,
        principal,
        endpoint: `${endpointPath}?sessionId=${sessionId}`,
        bufferBytes: limits.bufferBytes,
        nowMs: () => clock.now(),
      })
      serve(transport)
      transport.onclose = () => end(sessionId, 'gone')
      transport.onerror = ({ message }) => end(sessionId, message)
      const opening = handover.open(sessionId, (posted) =>
        sessions.has(sessionId) ? transport.receive(posted) : 'unknown',
      )
      // From here on, so that a revocation and a shutdown while it opens end it too.
      sessions.set(sessionId, { ownerId: principal.ownerId, transport, stop: async () => (await opening)() })
      perUser.add(principal.ownerId, 1)
      timer ??= setInterval(tick, limits.tickMs)
      unsubscribe ??= feed.subscribe(onRevoked)
      try {
        await Promise.all([transport.start(), opening])
      } catch (cause) {
        end(sessionId, 'not opened')
        throw cause
      }
      return transport.body
    },
    count: () => sessions.size,
    async close() {
      closing = true
      for (const sessionId of [...sessions.keys()]) end(sessionId, 'shutdown')
    },
  }
}

/** The POST was told 202 long ago, so that what HTTP would say is said on the stream. */
function refusal(id: RequestId, error: unknown): RpcAnswer {
  const message = error instanceof BearerChallenge ? error.description : 'Something went wrong here.'
  return errorAnswer(id, { code: rpcCodes.transport, message })
}
