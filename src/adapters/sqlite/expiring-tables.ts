import { type Clock, unixSeconds } from '../../shared/clock.ts'
import type { Database } from './database.ts'

/** Enough that rows leave faster than they come, few enough that no single write is felt. */
const sweptPerWrite = 64

export interface ExpiringTable {
  /** Unix seconds: a row with `expires_at` at or before it is absent. */
  now(): number
  /** Runs `work` as one atomic step, durable when it settles, which also sweeps some rows that have expired, oldest first. */
  write<T>(work: (now: number) => T): Promise<T>
  /** The same where nobody but a person or an app known here asks for it: on a full disk it uses the room set aside. */
  writeWithReserve<T>(work: (now: number) => T): Promise<T>
}

/** A table (or a few) whose rows expire, by name with the columns of its primary key. Each has an index on `expires_at`. */
export function expiringTables(
  database: Database,
  clock: Clock,
  tables: Readonly<Record<string, string>>,
): ExpiringTable {
  const sweeps = Object.entries(tables).map(
    ([table, key]) =>
      `DELETE FROM ${table} WHERE (${key}) IN
        (SELECT ${key} FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${sweptPerWrite})`,
  )
  let cleanAt = 0

  /** Rows expire by the second: tables that were swept clean have nothing more to lose before the next. */
  function sweepOnce(now: number): void {
    if (now === cleanAt) return
    const swept = sweeps.map((sweep) => database.run(sweep, now))
    if (swept.every((rows) => rows < sweptPerWrite)) cleanAt = now
  }

  const step =
    <T>(work: (now: number) => T) =>
    () => {
      const now = unixSeconds(clock)
      const result = work(now)
      sweepOnce(now)
      return result
    }

  return {
    now: () => unixSeconds(clock),
    write: (work) => database.groupCommit(step(work)),
    writeWithReserve: (work) => database.groupCommitWithReserve(step(work)),
  }
}
