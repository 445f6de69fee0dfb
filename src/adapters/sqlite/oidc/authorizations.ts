import type { Authorization, AuthorizationStore } from '../../../oidc/ports.ts'
import type { TokenHash } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'
import { expiringTables } from '../expiring-tables.ts'
import { type BodyRow, fromBody, toBody } from './body.ts'

export function authorizationStore(database: Database, clock: Clock): AuthorizationStore {
  const { now, write } = expiringTables(database, clock, { authorization: 'id' })
  const live = (id: TokenHash, at: number) =>
    fromBody<Authorization>(
      database.get<BodyRow>('SELECT body FROM authorization WHERE id = ? AND expires_at > ?', id, at),
    )
  return {
    async create(authorization) {
      await write(() =>
        database.run(
          'INSERT INTO authorization (id, expires_at, body) VALUES (?, ?, ?)',
          authorization.id,
          authorization.expiresAt,
          toBody(authorization),
        ),
      )
    },
    async find(id) {
      return live(id, now())
    },
    async update(id, change) {
      return write((now) => {
        const current = live(id, now)
        if (current === undefined) return undefined
        const changed = change(current)
        database.run(
          'UPDATE authorization SET body = ?, expires_at = ? WHERE id = ?',
          toBody(changed),
          changed.expiresAt,
          id,
        )
        return changed
      })
    },
    async delete(id) {
      return write((now) => database.run('DELETE FROM authorization WHERE id = ? AND expires_at > ?', id, now) === 1)
    },
  }
}
