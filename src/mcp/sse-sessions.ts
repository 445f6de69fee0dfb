/**
 * The open HTTP+SSE streams of this process: whose each is, and when it must end. A stream belongs to the authorization that opened
 * it, ends with its token or with a revocation, and says something at least every 15 s. One timer serves all of them.
 */
import type { Principal, Revocation } from '../resource/ports.ts'
import { createCounts } from '../shared/counts.ts'
import { Fault } from '../shared/fault.ts'
import type { McpDependencies, StreamLimits } from './dependencies.ts'
import { createSseTransport, type SseTransport } from './sse-transport.ts'

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
  answerOn: (transport: SseTransport) => void,
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
      answerOn(transport)
      transport.onclose = () => end(sessionId, 'gone')
      transport.onerror = ({ message }) => end(sessionId, message)
      const opening = handover.open(sessionId, (posted) =>
        sessions.has(sessionId) ? transport.receive(posted) : 'unknown',
      )
      // Where it cannot be opened there is nothing to stop, and whoever asked is told.
      const stop = async () => (await opening.catch(() => undefined))?.()
      // From here on, so that a revocation and a shutdown while it opens end it too.
      sessions.set(sessionId, { ownerId: principal.ownerId, transport, stop })
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
