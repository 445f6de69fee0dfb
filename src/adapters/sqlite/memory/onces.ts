/** What may happen once: confirmed deletions, and writes with an Idempotency-Key. */
import type { Onces } from '../../../memory/ports.ts'
import { claimedBy, claimMs, type OnceRow, setForgotten } from '../../../memory/stored/once.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { assertNotErasedSince } from './erasure.ts'

/** The row of a claim that still runs, and that none has followed. */
const claimed = "owner_id = ? AND app_id = ? AND key = ? AND claim = ? AND state = 'running'"

export function createOnces(db: Database): Onces {
  return {
    keepConfirmation: async (ownerId, appId, action, hash, at, expiresAt) =>
      db.transaction(() => {
        assertNotErasedSince(db, ownerId, at)
        db.run(
          'INSERT INTO confirmation (hash, owner_id, app_id, action, expires_at) VALUES (?, ?, ?, ?, ?)',
          hash,
          ownerId,
          appId,
          action,
          expiresAt,
        )
      }),
    takeConfirmation: async (ownerId, appId, action, hash, at) =>
      db.transaction(() => {
        db.run('DELETE FROM confirmation WHERE expires_at <= ?', at)
        return (
          db.run(
            'DELETE FROM confirmation WHERE hash = ? AND owner_id = ? AND app_id = ? AND action = ?',
            hash,
            ownerId,
            appId,
            action,
          ) === 1
        )
      }),
    beginOnce: async (ownerId, appId, { key, token }, fingerprint, at) =>
      db.transaction(() => {
        db.run('DELETE FROM once WHERE expires_at <= ?', at)
        const row = db.get<OnceRow>(
          'SELECT fingerprint, state, result FROM once WHERE owner_id = ? AND app_id = ? AND key = ?',
          ownerId,
          appId,
          key,
        )
        if (row === undefined) {
          db.run(
            `INSERT INTO once (owner_id, app_id, key, claim, fingerprint, state, expires_at)
              VALUES (?, ?, ?, ?, ?, 'running', ?)`,
            ownerId,
            appId,
            key,
            token,
            fingerprint,
            at + claimMs,
          )
          return { kind: 'begin' }
        }
        return claimedBy(row, fingerprint)
      }),
    async endOnce(ownerId, appId, { key, token }, { result, holdsTexts }, expiresAt) {
      db.run(
        `UPDATE once SET state = CASE WHEN ? AND result IS NOT NULL THEN 'erased' ELSE 'done' END,
            result = CASE WHEN ? AND result IS NOT NULL THEN NULL ELSE ? END, expires_at = ?
          WHERE ${claimed}`,
        holdsTexts ? 1 : 0,
        holdsTexts ? 1 : 0,
        JSON.stringify(result),
        expiresAt,
        ownerId,
        appId,
        key,
        token,
      )
    },
    async dropOnce(ownerId, appId, { key, token }) {
      db.run(`DELETE FROM once WHERE ${claimed}`, ownerId, appId, key, token)
    },
  }
}

/** Forgets the results that are kept for an app, or for all. */
export const forgetResults = (db: Database, ownerId: OwnerId, appId?: ClientId): number =>
  db.run(
    `UPDATE once SET ${setForgotten} WHERE owner_id = ? AND app_id = coalesce(?, app_id) AND state <> 'erased'`,
    ownerId,
    appId ?? null,
  )
