/** What may happen once: confirmed deletions, and writes with an Idempotency-Key. */
import type { OnceClaim, Onces } from '../../../memory/ports.ts'
import { claimedBy, claimMs, type OnceRow, setForgotten } from '../../../memory/stored/once.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database, Fragment, Sql, Transaction } from '../database.ts'
import { assertNotErasedSince } from './erasure.ts'

export function createOnces(db: Database): Onces {
  return {
    keepConfirmation: (ownerId, appId, action, hash, at, expiresAt) =>
      db.write(ownerId, async (transaction) => {
        await assertNotErasedSince(transaction, at)
        await transaction.sql`INSERT INTO confirmation (hash, owner_id, app_id, action, expires_at)
          VALUES (${hash}, ${ownerId}, ${appId}, ${action}, ${expiresAt})`
      }),
    takeConfirmation: (ownerId, appId, action, hash, at) =>
      db.run(async (sql) => {
        const taken = await sql`DELETE FROM confirmation WHERE hash = ${hash} AND owner_id = ${ownerId}
          AND app_id = ${appId} AND action = ${action} AND expires_at > ${at} RETURNING 1 AS taken`
        await sql`DELETE FROM confirmation WHERE hash IN (
          SELECT hash FROM confirmation WHERE expires_at <= ${at} LIMIT 100 FOR UPDATE SKIP LOCKED)`
        return taken.length === 1
      }),
    beginOnce: (ownerId, appId, { key, token }, fingerprint, at) =>
      db.run(async (sql) => {
        await sql`DELETE FROM once WHERE (owner_id, app_id, key) IN (
          SELECT owner_id, app_id, key FROM once WHERE expires_at <= ${at} AND (owner_id, app_id, key)
              <> (${ownerId}, ${appId}, ${key}) LIMIT 100 FOR UPDATE SKIP LOCKED)`
        // One statement: of any number at once the row's lock lets one through, and the others see what it wrote.
        const begun = await sql`
          INSERT INTO once AS o (owner_id, app_id, key, claim, fingerprint, state, expires_at)
          VALUES (${ownerId}, ${appId}, ${key}, ${token}, ${fingerprint}, 'running', ${at + claimMs})
          ON CONFLICT (owner_id, app_id, key) DO UPDATE SET claim = excluded.claim, fingerprint = excluded.fingerprint,
            state = 'running', result = NULL, expires_at = excluded.expires_at WHERE o.expires_at <= ${at}
          RETURNING 1 AS begun`
        if (begun.length === 1) return { kind: 'begin' }
        const [row] = await sql<OnceRow[]>`SELECT fingerprint, state, result FROM once
          WHERE owner_id = ${ownerId} AND app_id = ${appId} AND key = ${key}`
        return row === undefined ? { kind: 'running' } : claimedBy(row, fingerprint)
      }),
    endOnce: (ownerId, appId, claim, { result, holdsTexts }, expiresAt) =>
      db.run(async (sql) => {
        const erased = holdsTexts ? sql`result IS NOT NULL` : sql`false`
        await sql`UPDATE once SET state = CASE WHEN ${erased} THEN 'erased' ELSE 'done' END,
            result = CASE WHEN ${erased} THEN NULL ELSE ${JSON.stringify(result)} END, expires_at = ${expiresAt}
          WHERE ${claimed(sql, ownerId, appId, claim)}`
      }),
    dropOnce: (ownerId, appId, claim) =>
      db.run(async (sql) => {
        await sql`DELETE FROM once WHERE ${claimed(sql, ownerId, appId, claim)}`
      }),
  }
}

/** The row of a claim that still runs, and that none has followed. */
const claimed = (sql: Sql, ownerId: OwnerId, appId: ClientId, { key, token }: OnceClaim): Fragment => sql`
  owner_id = ${ownerId} AND app_id = ${appId} AND key = ${key} AND claim = ${token} AND state = 'running'`

/** Forgets the results that are kept for all apps. */
export const forgetResults = ({ sql, ownerId }: Transaction) =>
  sql`UPDATE once SET ${sql.unsafe(setForgotten)} WHERE owner_id = ${ownerId} AND state <> 'erased'`
