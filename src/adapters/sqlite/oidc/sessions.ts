import type { Session, SessionStore } from '../../../oidc/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'
import { expiringTables } from '../expiring-tables.ts'
import { type BodyRow, fromBody, toBody } from './body.ts'

export function sessionStore(database: Database, clock: Clock): SessionStore {
  const { now, write, writeWithReserve } = expiringTables(database, clock, { session: 'id' })
  return {
    async create(session) {
      await write(() =>
        database.run(
          'INSERT INTO session (id, expires_at, body) VALUES (?, ?, ?)',
          session.id,
          session.expiresAt,
          toBody(session),
        ),
      )
    },
    async find(id) {
      return fromBody<Session>(
        database.get<BodyRow>('SELECT body FROM session WHERE id = ? AND expires_at > ?', id, now()),
      )
    },
    async delete(id) {
      await writeWithReserve(() => database.run('DELETE FROM session WHERE id = ?', id))
    },
  }
}
