import type { Grant, GrantStore } from '../../../oidc/ports.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Database } from '../database.ts'
import { type BodyRow, fromBody, toBody } from './body.ts'

/** More clients than a person ever connects; what bounds the lists. */
const listed = 1_000

export function grantStore(database: Database): GrantStore {
  return {
    async find(ownerId, clientId) {
      return fromBody<Grant>(
        database.get<BodyRow>('SELECT body FROM consent WHERE owner_id = ? AND client_id = ?', ownerId, clientId),
      )
    },
    async findById(id) {
      return fromBody<Grant>(database.get<BodyRow>('SELECT body FROM consent WHERE id = ?', id))
    },
    async save(grant) {
      database.transaction(() => {
        database.run(
          'DELETE FROM consent WHERE owner_id = ? AND client_id = ? AND id <> ?',
          grant.ownerId,
          grant.clientId,
          grant.id,
        )
        const kept = database.run(
          `INSERT INTO consent (id, owner_id, client_id, updated_at, body) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, body = excluded.body
              WHERE owner_id = excluded.owner_id AND client_id = excluded.client_id`,
          grant.id,
          grant.ownerId,
          grant.clientId,
          grant.updatedAt,
          toBody(grant),
        )
        if (kept === 0) throw new Fault('conflict', 'The grant id belongs to another person or client.')
      })
    },
    async list(ownerId) {
      return database
        .all<BodyRow>(
          'SELECT body FROM consent WHERE owner_id = ? ORDER BY updated_at DESC, id LIMIT ?',
          ownerId,
          listed,
        )
        .flatMap((row) => fromBody<Grant>(row) ?? [])
    },
    async revoke(ownerId, id) {
      return database.run('DELETE FROM consent WHERE id = ? AND owner_id = ?', id, ownerId) === 1
    },
    async listByClient(clientId) {
      return database
        .all<BodyRow>('SELECT body FROM consent WHERE client_id = ? LIMIT ?', clientId, listed)
        .flatMap((row) => fromBody<Grant>(row) ?? [])
    },
  }
}
