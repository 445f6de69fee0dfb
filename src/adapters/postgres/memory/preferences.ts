/** A person's own settings. */
import type { Preferences } from '../../../memory/ports.ts'
import type { Metadata } from '../../../memory/schema.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database, Sql } from '../database.ts'
import { assertNotErasedSince } from './erasure.ts'

export const createPreferences = (db: Database): Preferences => ({
  preferences: (ownerId) => db.run((sql) => preferencesOf(sql, ownerId)),
  changePreferences: (ownerId, change, at) =>
    db.write(ownerId, async (transaction) => {
      const { sql } = transaction
      const [kept] = await Promise.all([preferencesOf(sql, ownerId), assertNotErasedSince(transaction, at)])
      const value = change(kept)
      await sql`INSERT INTO preference (owner_id, value) VALUES (${ownerId}, ${JSON.stringify(value)})
        ON CONFLICT (owner_id) DO UPDATE SET value = excluded.value`
      return value
    }),
})

async function preferencesOf(sql: Sql, ownerId: OwnerId): Promise<Metadata> {
  const [row] = await sql<{ value: string }[]>`SELECT value FROM preference WHERE owner_id = ${ownerId}`
  return row === undefined ? {} : JSON.parse(row.value)
}
