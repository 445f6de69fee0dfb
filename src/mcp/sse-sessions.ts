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
import type { PostedMessage, PostOutcome, StreamSender } from './ports.ts'
import { createSseStream, type SseStream } from './sse-stream.ts'
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
  readonly stream: SseStream
  readonly stop: () => Promise<void>
  /** Requests under way that the client has not cancelled. */
  readonly pending: Set<RequestId>
  /** The latest token of the authorization: the stream lives as long as it does. */
  sender: StreamSender
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
    session.stream.close()
    session.stop().catch((cause) => log.warn({ err: cause }, 'stream hand-over could not be closed'))
    if (sessions.size > 0) return
    clearInterval(timer)
    timer = undefined
    unsubscribe?.()
    unsubscribe = undefined
  }

  const tick = (): void => {
    const now = clock.now()
    for (const [sessionId, { sender, stream }] of sessions) {
      if (sender.expiresAt * 1000 <= now) end(sessionId, 'expired')
      else if (now - stream.lastWriteMs() >= limits.keepAliveMs - limits.tickMs) stream.keepAlive()
    }
  }

  const onRevoked = (revocation: Revocation): void => {
    for (const [sessionId, { sender }] of sessions) if (concerns(revocation, sender)) end(sessionId, 'revoked')
  }

  const receive = (sessionId: string, posted: PostedMessage): PostOutcome => {
    const session = sessions.get(sessionId)
    if (session === undefined) return 'unknown'
    if (!sameAuthorization(session.sender, posted.sender)) return 'not_yours'
    // A token refreshed meanwhile keeps the stream open for as long as it lives itself.
    if (posted.sender.expiresAt > session.sender.expiresAt) session.sender = posted.sender
    const message = readMessage(posted.message)
    if (message === undefined) return 'malformed'
    if (message.kind === 'request') {
      const sender = { ...posted.sender, scopes: new Set(posted.sender.scopes) }
      const lacking = missingScope(posted.message, sender, tools, settings, '/mcp/sse')
      if (lacking !== undefined) {
        session.stream.send(challengeResult(message.id, lacking))
        return 'accepted'
      }
      const stands = () => assertStanding(deps, posted.sender, posted.requestId, '/mcp/sse')
      void answer(session, message, callOf(sender, posted.requestId, clock.now(), stands))
    } else if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
      session.pending.delete(message.params.requestId as RequestId)
    }
    return 'accepted'
  }

  /** MCP 2024-11-05, Cancellation: what was cancelled meanwhile gets no response. */
  const answer = async ({ pending, stream }: Session, request: RpcRequest, call: Call): Promise<void> => {
    pending.add(request.id)
    const response = await legacy.request(request, call).catch((error) => refusal(request.id, error))
    if (pending.delete(request.id)) stream.send(response)
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
      const stream = createSseStream({
        endpoint: `${endpointPath}?sessionId=${sessionId}`,
        bufferBytes: limits.bufferBytes,
        nowMs: () => clock.now(),
        onClosed: () => end(sessionId, 'gone'),
      })
      const opening = handover.open(sessionId, (posted) => receive(sessionId, posted))
      // From here on, so that a revocation and a shutdown while it opens end it too.
      sessions.set(sessionId, {
        ownerId: principal.ownerId,
        stream,
        stop: async () => (await opening)(),
        pending: new Set(),
        sender: senderOf(principal),
      })
      perUser.add(principal.ownerId, 1)
      timer ??= setInterval(tick, limits.tickMs)
      unsubscribe ??= feed.subscribe(onRevoked)
      try {
        await opening
      } catch (cause) {
        end(sessionId, 'not opened')
        throw cause
      }
      return stream.body
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

export const senderOf = (principal: Principal): StreamSender => ({
  ownerId: principal.ownerId,
  clientId: principal.clientId,
  scopes: [...principal.scopes],
  tokenId: principal.tokenId,
  grantId: principal.grantId,
  familyId: principal.familyId,
  expiresAt: principal.expiresAt,
})

/** The same person through the same client by the same sign-in: only tokens refreshed from one another share a stream. */
const sameAuthorization = (left: StreamSender, right: StreamSender): boolean =>
  left.ownerId === right.ownerId &&
  left.clientId === right.clientId &&
  (left.familyId === undefined ? left.tokenId === right.tokenId : left.familyId === right.familyId)

function concerns({ kind, id }: Revocation, sender: StreamSender): boolean {
  switch (kind) {
    case 'token':
      return sender.tokenId === id
    case 'family':
      return sender.familyId === id
    case 'grant':
      return sender.grantId === id
  }
}
