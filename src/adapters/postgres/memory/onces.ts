/** What may happen once: confirmed deletions, and writes with an Idempotency-Key. A person's settings beside them. */
import type { Onces, Preferences } from '../../../memory/ports.ts'
import type { Database, Fragment, Transaction } from '../database.ts'

/** A claim of a process that died is free again after this. */
const claimMs = 60_000

interface OnceRow {
  readonly fingerprint: string
  readonly state: 'running' | 'done' | 'erased'
  readonly result: string | null
}

export function createOnces(db: Database): Onces & Preferences {
  return {
    keepConfirmation: (ownerId, appId, action, hash, expiresAt) =>
      db.run(async (sql) => {
        await sql`INSERT INTO confirmation (hash, owner_id, app_id, action, expires_at)
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
    beginOnce: (ownerId, appId, key, fingerprint, at) =>
      db.run(async (sql) => {
        await sql`DELETE FROM once WHERE (owner_id, app_id, key) IN (
          SELECT owner_id, app_id, key FROM once WHERE expires_at <= ${at} AND (owner_id, app_id, key)
              <> (${ownerId}, ${appId}, ${key}) LIMIT 100 FOR UPDATE SKIP LOCKED)`
        // One statement: of any number at once the row's lock lets one through, and the others see what it wrote.
        const begun = await sql`
          INSERT INTO once AS o (owner_id, app_id, key, fingerprint, state, expires_at)
          VALUES (${ownerId}, ${appId}, ${key}, ${fingerprint}, 'running', ${at + claimMs})
          ON CONFLICT (owner_id, app_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, state = 'running',
            result = NULL, expires_at = excluded.expires_at WHERE o.expires_at <= ${at}
          RETURNING 1 AS begun`
        if (begun.length === 1) return { kind: 'begin' }
        const [row] = await sql<OnceRow[]>`SELECT fingerprint, state, result FROM once
          WHERE owner_id = ${ownerId} AND app_id = ${appId} AND key = ${key}`
        if (row === undefined) return { kind: 'running' }
        if (row.fingerprint !== fingerprint) return { kind: 'other_input' }
        if (row.state === 'done' && row.result !== null) return { kind: 'done', result: JSON.parse(row.result) }
        return { kind: row.state === 'running' ? 'running' : 'erased' }
      }),
    endOnce: (ownerId, appId, key, { result, holdsTexts }, expiresAt) =>
      db.run(async (sql) => {
        const erased = holdsTexts ? sql`result IS NOT NULL` : sql`false`
        await sql`UPDATE once SET state = CASE WHEN ${erased} THEN 'erased' ELSE 'done' END,
            result = CASE WHEN ${erased} THEN NULL ELSE ${JSON.stringify(result)} END, expires_at = ${expiresAt}
          WHERE owner_id = ${ownerId} AND app_id = ${appId} AND key = ${key} AND state = 'running'`
      }),
    dropOnce: (ownerId, appId, key) =>
      db.run(async (sql) => {
        await sql`DELETE FROM once
          WHERE owner_id = ${ownerId} AND app_id = ${appId} AND key = ${key} AND state = 'running'`
      }),
    preferences: (ownerId) =>
      db.run(async (sql) => {
        const [row] = await sql<{ value: string }[]>`SELECT value FROM preference WHERE owner_id = ${ownerId}`
        return row === undefined ? {} : JSON.parse(row.value)
      }),
    setPreferences: (ownerId, value) =>
      db.run(async (sql) => {
        await sql`INSERT INTO preference (owner_id, value) VALUES (${ownerId}, ${JSON.stringify(value)})
          ON CONFLICT (owner_id) DO UPDATE SET value = excluded.value`
      }),
  }
}

/**
 * Results kept for idempotency hold texts, and which they hold is not worth knowing. What still runs gets a mark in place of its
 * result, so that what it returns is not kept.
 */
export const forgetResults = ({ sql, ownerId }: Transaction) =>
  sql`UPDATE once SET ${forgotten(sql)} WHERE owner_id = ${ownerId} AND state <> 'erased'`

export const forgotten = (sql: Transaction['sql']): Fragment => sql`
  result = CASE state WHEN 'running' THEN 'null' END, state = CASE state WHEN 'running' THEN 'running' ELSE 'erased' END`
