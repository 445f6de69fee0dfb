/**
 * Writes that may come a moment late, so that what gives rise to them costs no write of its own: gathered by whose they are,
 * bounded, and flushed together. They wait until they are said to be written, whatever happens to a flush.
 */
import { Fault } from './fault.ts'

export interface WriteBehind<Key, Item> {
  add(key: Key, items: readonly Item[]): void
  /** Those that wait, the oldest first. */
  of(key: Key): readonly Item[]
  keys(): readonly Key[]
  /** They are durable. */
  written(key: Key, items: readonly Item[]): void
  /** From now on nothing is flushed by itself. */
  stop(): void
}

/** How long items wait at most while the engine answers. */
const flushAfterMs = 200
/** As many are not waited with: who never yields to a timer must not gather without end. */
const flushFrom = 1_000
/** Of one key; beyond this the oldest go, while the engine does not answer. */
const mostWaiting = 10_000

/** `flush` writes what waits. A `Fault` of it keeps the items for the next time; anything else is an error of the program. */
export function createWriteBehind<Key, Item>(
  flush: (keys: readonly Key[]) => void | Promise<void>,
): WriteBehind<Key, Item> {
  const waiting = new Map<Key, Item[]>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let flushing = false
  let stopped = false

  const many = (): boolean => waiting.values().reduce((sum, { length }) => sum + length, 0) >= flushFrom

  function schedule(): void {
    if (stopped || waiting.size === 0) return
    timer ??= setTimeout(() => void flushNow(), flushAfterMs)
    if (typeof timer === 'object') timer.unref()
  }

  async function flushNow(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    flushing = true
    try {
      await flush([...waiting.keys()])
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    } finally {
      flushing = false
      schedule()
    }
  }

  return {
    add(key, items) {
      if (items.length === 0) return
      const all = waiting.get(key) ?? []
      all.push(...items)
      all.splice(0, all.length - mostWaiting)
      waiting.set(key, all)
      if (many() && !flushing && !stopped) void flushNow()
      else schedule()
    },
    of: (key) => waiting.get(key)?.slice() ?? [],
    keys: () => [...waiting.keys()],
    written(key, items) {
      const gone = new Set(items)
      const left = waiting.get(key)?.filter((item) => !gone.has(item)) ?? []
      if (left.length > 0) waiting.set(key, left)
      else waiting.delete(key)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
