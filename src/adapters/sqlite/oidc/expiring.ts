import type { Clock } from '../../../shared/clock.ts'
import { unixSeconds } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'

/** Enough that rows leave faster than they come, few enough that no single write is felt. */
const sweptPerWrite = 64

export interface ExpiringTable {
  /** Unix seconds: a row with `expires_at` at or before it is absent. */
  now(): number
  /** Runs `work` as one atomic step, durable when it settles, which also sweeps some rows that have expired, oldest first. */
  write<T>(work: (now: number) => T): Promise<T>
}

/** A table (or a few) whose rows expire. Each has an index on `expires_at`. */
export function expiringTables(database: Database, clock: Clock, ...tables: readonly string[]): ExpiringTable {
  const sweeps = tables.map(
    (table) =>
      `DELETE FROM ${table} WHERE (${keyOf(table)}) IN
        (SELECT ${keyOf(table)} FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${sweptPerWrite})`,
  )
  return {
    now: () => unixSeconds(clock),
    write: (work) =>
      database.groupCommit(() => {
        const now = unixSeconds(clock)
        const result = work(now)
        for (const sweep of sweeps) database.run(sweep, now)
        return result
      }),
  }
}

const keys: Readonly<Record<string, string>> = {
  code: 'hash',
  refresh_token: 'hash',
  console_code: 'selector, hash',
  replay: 'key',
  revocation: 'number',
}

const keyOf = (table: string): string => keys[table] ?? 'id'
