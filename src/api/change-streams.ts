/**
 * `GET /api/v1/events`: what happens to the caller's memories, as server-sent events (HTML section 9.2), for pages that stay open.
 * An event says what and where, never a text. `Last-Event-ID` goes on where a lost connection stopped. A stream ends with its
 * token: expiry, revocation and a limit put on the app are looked for at each tick.
 */
import { assertUnrestricted } from '../memory/access.ts'
import type { MemoryStore } from '../memory/ports.ts'
import type { MemoryEvent } from '../memory/schema.ts'
import { authenticate, requireScopes } from '../resource/bearer.ts'
import type { Principal } from '../resource/ports.ts'
import { createCounts } from '../shared/counts.ts'
import { Fault } from '../shared/fault.ts'
import { logOnce } from '../shared/log-once.ts'
import { requestContext } from '../shared/request-context.ts'
import { apiPrefix, type Handler } from './binding.ts'
import type { ApiDependencies } from './dependencies.ts'
import { problemFor } from './problem.ts'

export type ChangeFeed = Pick<MemoryStore, 'eventsAfter' | 'lastEvent' | 'rule'>

export interface ChangeStreamLimits {
  readonly tickMs: number
  /** Milliseconds of silence after which a comment is written: proxies close what is idle. */
  readonly keepAliveMs: number
  readonly perUser: number
  readonly perProcess: number
}

const defaults: ChangeStreamLimits = { tickMs: 1_000, keepAliveMs: 15_000, perUser: 10, perProcess: 1_000 }
const eventsPerTick = 100
const encoder = new TextEncoder()

export interface ChangeStreams {
  readonly serve: Handler
  count(): number
  /** Ends every open stream. */
  close(): void
}

export function createChangeStreams<Services>(
  deps: ApiDependencies<Services>,
  feed: ChangeFeed,
  limits: ChangeStreamLimits = defaults,
): ChangeStreams {
  const open = new Set<() => void>()
  const perUser = createCounts()
  const tell = logOnce(deps.log, deps.clock, 'a stream of changes ended')
  const closed = (end: () => void, ownerId: string): boolean => {
    if (!open.delete(end)) return false
    perUser.add(ownerId, -1)
    return true
  }

  /** The caller, if it may follow changes now. */
  async function admitted(request: Request): Promise<Principal> {
    const principal = await authenticate(deps, request, apiPrefix)
    requireScopes(principal, ['memories:read'], deps.settings, apiPrefix)
    assertUnrestricted(await feed.rule(principal.ownerId, principal.clientId))
    return principal
  }

  function follow(request: Request, { ownerId }: Principal, from: number): ReadableStream<Uint8Array> {
    let seq = from
    let spokenAt = deps.clock.now()
    let timer: ReturnType<typeof setTimeout> | undefined
    let end = () => {}
    return new ReadableStream<Uint8Array>({
      start(controller) {
        const write = (text: string) => {
          controller.enqueue(encoder.encode(text))
          spokenAt = deps.clock.now()
        }
        end = () => {
          clearTimeout(timer)
          if (!closed(end, ownerId)) return
          controller.close()
        }
        const tick = async () => {
          await admitted(request)
          // A client that does not read gets nothing more until it does.
          if ((controller.desiredSize ?? 0) > 0) {
            for (const event of await feed.eventsAfter(ownerId, seq, eventsPerTick)) {
              if (!open.has(end)) return
              write(toServerSentEvent(event))
              seq = event.seq
            }
            if (open.has(end) && deps.clock.now() - spokenAt >= limits.keepAliveMs) write(':\n\n')
          }
          if (open.has(end)) schedule()
        }
        const broken = (error: unknown) => {
          if (open.has(end)) tell(error)
          end()
        }
        const schedule = () => {
          timer = setTimeout(() => tick().catch(broken), limits.tickMs)
        }
        open.add(end)
        perUser.add(ownerId, 1)
        write(':\nretry: 2000\n\n')
        schedule()
      },
      cancel() {
        closed(end, ownerId)
        clearTimeout(timer)
      },
    })
  }

  return {
    count: () => open.size,
    close() {
      for (const end of [...open]) end()
    },
    async serve(request) {
      requestContext(request).route = `${apiPrefix}/events`
      try {
        const principal = await admitted(request)
        await deps.limit?.(request, principal)
        const from = lastEventId(request) ?? (await feed.lastEvent(principal.ownerId))
        if (perUser.of(principal.ownerId) >= limits.perUser || open.size >= limits.perProcess) {
          throw new Fault('rate_limited', 'Too many streams are open. Close one.', { retryAfterSeconds: 15 })
        }
        const body = request.method === 'HEAD' ? null : follow(request, principal, from)
        return new Response(body, {
          headers: {
            'content-type': 'text/event-stream',
            'cache-control': 'no-store',
            'x-accel-buffering': 'no',
          },
        })
      } catch (error) {
        return problemFor(error, request, deps)
      }
    },
  }
}

/** HTML section 9.2.4: what the client saw last. */
function lastEventId(request: Request): number | undefined {
  const id = request.headers.get('last-event-id')
  if (id === null || id === '') return undefined
  if (/^\d{1,15}$/.test(id)) return Number(id)
  throw new Fault('invalid', 'Last-Event-ID is not one that came from here.', { field: 'last-event-id' })
}

function toServerSentEvent({ seq, kind, memoryId, appId, at, otherId }: MemoryEvent): string {
  const data = {
    memory_id: memoryId,
    app_id: appId,
    at: new Date(at).toISOString(),
    ...(otherId && { other_id: otherId }),
  }
  return `id: ${seq}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
}
