import type { Grant, GrantStore } from '../../../oidc/ports.ts'
import type { GrantId } from '../../../shared/brand.ts'
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
      return database.transaction(() => {
        const { ownerId, clientId } = grant
        const earlier = database.get<{ id: GrantId }>(
          'SELECT id FROM consent WHERE owner_id = ? AND client_id = ?',
          ownerId,
          clientId,
        )
        const kept: Grant = { ...grant, id: earlier?.id ?? grant.id }
        const written = database.run(
          `INSERT INTO consent (id, owner_id, client_id, updated_at, body) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, body = excluded.body
              WHERE owner_id = excluded.owner_id AND client_id = excluded.client_id`,
          kept.id,
          ownerId,
          clientId,
          kept.updatedAt,
          toBody(kept),
        )
        if (written === 0) throw new Fault('conflict', 'The grant id belongs to another person or client.')
        return kept
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
    async listInOrder(ownerId, limit, after = '' as GrantId) {
      return database
        .all<BodyRow>(
          'SELECT body FROM consent WHERE owner_id = ? AND id > ? ORDER BY id LIMIT ?',
          ownerId,
          after,
          limit,
        )
        .flatMap((row) => fromBody<Grant>(row) ?? [])
    },
    async revoke(ownerId, id) {
      return database.withReserve(
        () => database.run('DELETE FROM consent WHERE id = ? AND owner_id = ?', id, ownerId) === 1,
      )
    },
    async listByClient(clientId) {
      return database
        .all<BodyRow>('SELECT body FROM consent WHERE client_id = ? LIMIT ?', clientId, listed)
        .flatMap((row) => fromBody<Grant>(row) ?? [])
    },
  }
}
