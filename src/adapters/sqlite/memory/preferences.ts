/** A person's own settings. */
import type { Preferences } from '../../../memory/ports.ts'
import type { Metadata } from '../../../memory/schema.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { assertNotErasedSince } from './erasure.ts'

export const createPreferences = (db: Database): Preferences => ({
  preferences: async (ownerId) => preferencesOf(db, ownerId),
  changePreferences: async (ownerId, change, at) =>
    db.transaction(() => {
      assertNotErasedSince(db, ownerId, at)
      const value = change(preferencesOf(db, ownerId))
      db.run(
        'INSERT INTO preference (owner_id, value) VALUES (?, ?) ON CONFLICT (owner_id) DO UPDATE SET value = excluded.value',
        ownerId,
        JSON.stringify(value),
      )
      return value
    }),
})

function preferencesOf(db: Database, ownerId: OwnerId): Metadata {
  const row = db.get<{ value: string }>('SELECT value FROM preference WHERE owner_id = ?', ownerId)
  return row === undefined ? {} : JSON.parse(row.value)
}
