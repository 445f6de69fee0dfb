/**
 * Revocations in the SQLite file that processes share. Each process asks for rows behind the last it saw, four times a second;
 * its own revocations it tells at once.
 */
import type { Revocation, RevocationFeed } from '../../../resource/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import { unixSeconds } from '../../../shared/clock.ts'
import { createHearing } from '../../../shared/hearing.ts'
import type { Database } from '../database.ts'
import { openDatabase } from '../database.ts'
import { oidcMigrations } from './schema.ts'

const pollMs = 250
/** A revocation is a rare event; what a process reads in one go is bounded all the same. */
const batch = 1_000

interface Row {
  readonly number: number
  readonly kind: Revocation['kind']
  readonly target: string
  readonly expires_at: number
}

/** Opens the file at `path` (see `openDatabase` for what it throws). Polls only while somebody listens. */
export function openSqliteRevocationFeed({
  path,
  clock,
  reserved = false,
}: {
  readonly path: string
  readonly clock: Clock
  readonly reserved?: boolean
}): RevocationFeed {
  const database = openDatabase({ path, migrations: oidcMigrations, reserved })
  let seen: number
  try {
    seen = newest(database)
  } catch (error) {
    database.close()
    throw error
  }
  let freshAt = clock.now()

  const poll = () => {
    try {
      for (;;) {
        const rows = after(database, seen)
        for (const row of rows) {
          seen = row.number
          hearing.tell(toRevocation(row))
        }
        if (rows.length < batch) break
      }
      freshAt = clock.now()
    } catch {
      // The file cannot be read: freshAt stands still, and after five seconds no cached token is trusted.
    }
  }
  const hearing = createHearing<Revocation>(poll, pollMs)

  return {
    async revoke(revocation) {
      const now = unixSeconds(clock)
      const write = () => {
        database.run('DELETE FROM revocation WHERE expires_at <= ?', now)
        database.run(
          'INSERT INTO revocation (kind, target, expires_at) VALUES (?, ?, ?)',
          revocation.kind,
          revocation.id,
          Math.ceil(revocation.expiresAt),
        )
      }
      database.withReserve(() => database.transaction(write))
      hearing.tell(revocation)
    },
    async since(cursor) {
      let last = cursor === undefined ? 0 : Number(cursor)
      const revocations: Revocation[] = []
      const now = unixSeconds(clock)
      for (;;) {
        const rows = after(database, last)
        for (const row of rows) {
          last = row.number
          if (row.expires_at > now) revocations.push(toRevocation(row))
        }
        if (rows.length < batch) return { revocations, cursor: String(last) }
      }
    },
    subscribe: hearing.subscribe,
    freshAt: () => freshAt,
    async catchUp() {
      poll()
    },
    async close() {
      hearing.stop()
      database.close()
    },
  }
}

const newest = (database: Database) =>
  database.get<{ number: number | null }>('SELECT max(number) AS number FROM revocation')?.number ?? 0

const after = (database: Database, number: number) =>
  database.all<Row>(
    `SELECT number, kind, target, expires_at FROM revocation WHERE number > ? ORDER BY number LIMIT ${batch}`,
    number,
  )

const toRevocation = ({ kind, target, expires_at }: Row): Revocation => ({ kind, id: target, expiresAt: expires_at })
