/**
 * Writes that may come a moment late, so that what gives rise to them costs no write of its own: gathered by whose they are,
 * bounded, and flushed together. They wait until they are said to be written, whatever happens to a flush.
 */
import { failureCode } from './error-record.ts'
import { Fault } from './fault.ts'
import type { Log } from './log.ts'

export interface WriteBehind<Key, Item> {
  add(key: Key, items: readonly Item[]): void
  /** Those that wait, the oldest first. */
  of(key: Key): readonly Item[]
  keys(): readonly Key[]
  /** How many wait, of all keys. */
  count(): number
  /** They are durable. */
  written(key: Key, items: readonly Item[]): void
  /** From now on nothing is flushed by itself. */
  stop(): void
}

/** How long items wait at most while the engine answers. */
const flushAfterMs = 200
/** After flushes that failed each pause is twice the one before, up to this. */
const longestPauseMs = 10_000
/** As many are not waited with: who never yields to a timer must not gather without end. */
const flushFrom = 1_000
/** Of one key; beyond this the oldest go, while the engine does not answer. */
const mostWaiting = 10_000
/** Of all keys together; beyond this those of the key that has waited longest go. */
const mostInAll = 100_000

/**
 * `flush` writes what waits. Whatever it throws, the items are kept for the next time: nobody waits for a flush in the background, so a
 * rejection of it would end the process. What is no `Fault` is an error of the program or of the engine's state, and `tell` is told
 * the first of them until a flush works again.
 */
export function createWriteBehind<Key, Item>(
  flush: (keys: readonly Key[]) => void | Promise<void>,
  tell: (error: unknown) => void = () => {},
): WriteBehind<Key, Item> {
  const waiting = new Map<Key, Item[]>()
  let count = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let flushing = false
  let stopped = false
  let failures = 0
  let told = false

  function schedule(): void {
    if (stopped || waiting.size === 0) return
    timer ??= setTimeout(() => void flushNow(), Math.min(longestPauseMs, flushAfterMs * 2 ** Math.min(failures, 10)))
    if (typeof timer === 'object') timer.unref()
  }

  /** Never rejects. */
  async function flushNow(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    flushing = true
    try {
      await flush([...waiting.keys()])
      failures = 0
      told = false
    } catch (error) {
      failures++
      if (!(error instanceof Fault) && !told) {
        told = true
        tell(error)
      }
    } finally {
      flushing = false
      schedule()
    }
  }

  /** `items` are all of the key's that wait from now on, where there were `before`. */
  function keep(key: Key, items: Item[], before: number): void {
    count += items.length - before
    if (items.length > 0) waiting.set(key, items)
    else waiting.delete(key)
  }

  return {
    add(key, items) {
      if (items.length === 0) return
      const all = waiting.get(key) ?? []
      const before = all.length
      all.push(...items)
      all.splice(0, all.length - mostWaiting)
      keep(key, all, before)
      for (const [longest, { length }] of waiting) {
        if (count <= mostInAll) break
        keep(longest, [], length)
      }
      if (count >= flushFrom && !flushing && failures === 0 && !stopped) void flushNow()
      else schedule()
    },
    of: (key) => waiting.get(key)?.slice() ?? [],
    keys: () => [...waiting.keys()],
    count: () => count,
    written(key, items) {
      const all = waiting.get(key) ?? []
      const gone = new Set(items)
      keep(
        key,
        all.filter((item) => !gone.has(item)),
        all.length,
      )
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** Tells a log which writes fail, and by what: no message, which may quote them. */
export const unwritten =
  (writes: string, log: Log | undefined) =>
  (error: unknown): void =>
    log?.error({ writes, reason: failureCode(error) }, 'a write in the background failed; it is tried again')

/**
 * Tells a log how many writes were still waiting when the process ended, and why: nobody was promised them, so the end is as good as any.
 */
export const lostAtEnd =
  (writes: string, log: Log | undefined) =>
  (error: unknown, lost: number): void =>
    log?.warn(
      { writes, lost, reason: failureCode(error) },
      'writes in the background are lost: they could not be made before the end',
    )
