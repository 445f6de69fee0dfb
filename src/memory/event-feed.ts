/**
 * What changes in a person's memory, as it happens, whichever process changed it: the store's events are asked for what came
 * after a cursor. Called by whoever streams them; texts are not in it.
 */
import type { OwnerId } from '../shared/brand.ts'
import { assertUnrestricted } from './access.ts'
import type { Caller } from './operation.ts'
import type { MemoryStore } from './ports.ts'
import type { MemoryEvent } from './schema.ts'

export type Change = Pick<MemoryEvent, 'seq' | 'memoryId' | 'kind' | 'appId' | 'at' | 'otherId'>

export interface FollowOptions {
  /** The last change that was seen; undefined: from now on. */
  readonly after?: number | undefined
  readonly signal: AbortSignal
  /** How often the store is asked. */
  readonly everyMs?: number
}

const mostAtOnce = 500

/** Changes oldest first, some at a time, until the signal aborts. @throws Fault `forbidden` as soon as the app is limited */
export async function* followChanges(
  store: MemoryStore,
  { ownerId, appId }: Caller,
  { after, signal, everyMs = 1_000 }: FollowOptions,
): AsyncGenerator<readonly Change[], void> {
  let cursor = after ?? (await store.lastEvent(ownerId))
  while (!signal.aborted) {
    assertUnrestricted(await store.rule(ownerId, appId))
    const changes = await changesAfter(store, ownerId, cursor)
    cursor = changes.at(-1)?.seq ?? cursor
    if (changes.length > 0) yield changes
    if (changes.length < mostAtOnce) await pause(everyMs, signal)
  }
}

const changesAfter = async (store: MemoryStore, ownerId: OwnerId, after: number): Promise<readonly Change[]> =>
  (await store.eventsAfter(ownerId, after, mostAtOnce)).map(({ seq, memoryId, kind, appId, at, otherId }) => ({
    seq,
    memoryId,
    kind,
    appId,
    at,
    otherId,
  }))

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake)
    if (signal.aborted) wake()
  })
}
