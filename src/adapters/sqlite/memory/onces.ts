import type { Onces, Preferences } from '../../../memory/ports.ts'
import type { Metadata } from '../../../memory/schema.ts'
import type { Database } from '../database.ts'

/** How long a claimed key is held for a caller that never ends it. */
const claimMs = 60_000

interface OnceRow {
  readonly fingerprint: string
  readonly result: string | null
  readonly expires_at: number
}

/** What may happen once. Every step is one statement or one transaction. */
export function oncesOf(database: Database): Onces & Preferences {
  return {
    async keepConfirmation(ownerId, appId, action, hash, expiresAt) {
      database.run(
        'INSERT INTO confirmation (hash, owner_id, app_id, action, expires_at) VALUES (?, ?, ?, ?, ?)',
        hash,
        ownerId,
        appId,
        action,
        expiresAt,
      )
    },
    async takeConfirmation(ownerId, appId, action, hash, at) {
      database.run('DELETE FROM confirmation WHERE expires_at <= ?', at)
      return (
        database.run(
          'DELETE FROM confirmation WHERE hash = ? AND owner_id = ? AND app_id = ? AND action = ? AND expires_at > ?',
          hash,
          ownerId,
          appId,
          action,
          at,
        ) === 1
      )
    },
    async beginOnce(ownerId, appId, key, fingerprint, at) {
      return database.transaction(() => {
        database.run('DELETE FROM once WHERE expires_at <= ?', at)
        const row = database.get<OnceRow>(
          'SELECT fingerprint, result, expires_at FROM once WHERE owner_id = ? AND app_id = ? AND key = ?',
          ownerId,
          appId,
          key,
        )
        if (row === undefined) {
          database.run(
            'INSERT INTO once (owner_id, app_id, key, fingerprint, result, expires_at) VALUES (?, ?, ?, ?, NULL, ?)',
            ownerId,
            appId,
            key,
            fingerprint,
            at + claimMs,
          )
          return { kind: 'begin' as const }
        }
        if (row.fingerprint !== fingerprint) return { kind: 'other_input' as const }
        if (row.result === null) return { kind: 'running' as const }
        return { kind: 'done' as const, result: JSON.parse(row.result) as unknown }
      })
    },
    async endOnce(ownerId, appId, key, result, expiresAt) {
      database.run(
        'UPDATE once SET result = ?, expires_at = ? WHERE owner_id = ? AND app_id = ? AND key = ?',
        JSON.stringify(result),
        expiresAt,
        ownerId,
        appId,
        key,
      )
    },
    async dropOnce(ownerId, appId, key) {
      database.run('DELETE FROM once WHERE owner_id = ? AND app_id = ? AND key = ?', ownerId, appId, key)
    },
    async preferences(ownerId) {
      const row = database.get<{ value: string }>('SELECT value FROM preference WHERE owner_id = ?', ownerId)
      return row === undefined ? {} : (JSON.parse(row.value) as Metadata)
    },
    async setPreferences(ownerId, value) {
      database.run(
        `INSERT INTO preference (owner_id, value) VALUES (?, ?)
          ON CONFLICT (owner_id) DO UPDATE SET value = excluded.value`,
        ownerId,
        JSON.stringify(value),
      )
    },
  }
}
