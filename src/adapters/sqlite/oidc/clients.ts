import { mostRemovedAtOnce } from '../../../oidc/ports/clients.ts'
import type { Client, ClientStore } from '../../../oidc/ports.ts'
import type { ClientId } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'
import { expiringTables } from '../expiring-tables.ts'
import { type BodyRow, fromBody, toBody } from './body.ts'

export function clientStore(database: Database, clock: Clock): ClientStore {
  const { now, write } = expiringTables(database, clock, { client: 'id' })
  const live = (id: ClientId, at: number) =>
    fromBody<Client>(
      database.get<BodyRow>('SELECT body FROM client WHERE id = ? AND (expires_at IS NULL OR expires_at > ?)', id, at),
    )
  const put = (client: Client) =>
    database.run(
      'INSERT OR REPLACE INTO client (id, kind, expires_at, body) VALUES (?, ?, ?, ?)',
      client.id,
      client.kind,
      client.expiresAt ?? null,
      toBody(client),
    )
  const countDynamic = (now: number): number =>
    database.get<{ count: number }>(
      "SELECT count(*) AS count FROM client WHERE kind = 'dynamic' AND (expires_at IS NULL OR expires_at > ?)",
      now,
    )?.count ?? 0
  const removeUnused = (now: number, before: number, limit: number): number =>
    database.run(
      `DELETE FROM client WHERE id IN (SELECT id FROM client
        WHERE kind = 'dynamic' AND expires_at > ? AND expires_at < ? ORDER BY expires_at LIMIT ?)`,
      now,
      before,
      limit,
    )
  return {
    async find(id) {
      return live(id, now())
    },
    async save(client) {
      await write(() => put(client))
    },
    async update(id, change) {
      return write((now) => {
        const current = live(id, now)
        if (current === undefined) return undefined
        const changed = change(current)
        put(changed)
        return changed
      })
    },
    async delete(id) {
      return write(
        (now) =>
          database.run('DELETE FROM client WHERE id = ? AND (expires_at IS NULL OR expires_at > ?)', id, now) === 1,
      )
    },
    async list(limit, after) {
      return database
        .all<BodyRow>(
          'SELECT body FROM client WHERE id > ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY id LIMIT ?',
          after ?? '',
          now(),
          limit,
        )
        .flatMap((row) => fromBody<Client>(row) ?? [])
    },
    async saveWithin(most, client, unusedBefore) {
      return write((now) => {
        const tooMany = countDynamic(now) + 1 - most
        if (tooMany > 0 && removeUnused(now, unusedBefore, Math.min(tooMany, mostRemovedAtOnce)) < tooMany) return false
        put(client)
        return true
      })
    },
  }
}
