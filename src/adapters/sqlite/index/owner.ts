/** The owner's row of the index: where it stands. */
import type { IndexState } from '../../../memory/index/kept-index.ts'
import { type RebuildState, rebuildColumns } from '../../../memory/index/rebuilding.ts'
import type { VectorMark } from '../../../memory/index/vector-marks.ts'
import { tablesBesideItem } from '../../../memory/stored/tables.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { Finding } from '../../../shared/error-record.ts'
import type { Database } from '../database.ts'

export interface OwnerRow extends IndexState, RebuildState, VectorMark {
  readonly owner_id: OwnerId
  readonly next_ordinal: number
  readonly tail_terms: number
}

/** The columns of an `OwnerRow`. */
export const ownerColumns = `${rebuildColumns}, owner_id, version, next_ordinal, packed_to, tail_terms, space, vectors_to`

export const findOwner = (db: Database, ownerId: OwnerId): OwnerRow | undefined =>
  db.get<OwnerRow>(`SELECT ${ownerColumns} FROM index_owner WHERE owner_id = ?`, ownerId)

export const ownerWith = (db: Database, key: number): OwnerRow =>
  existing(db.get<OwnerRow>(`SELECT ${ownerColumns} FROM index_owner WHERE key = ?`, key))

export const nextVersion = (db: Database, key: number): number =>
  existing(
    db.get<{ version: number }>('UPDATE index_owner SET version = version + 1 WHERE key = ? RETURNING version', key),
  ).version

/** Removes all that the index has of an owner. */
export function dropIndex(db: Database, ownerId: OwnerId): void {
  const owner = findOwner(db, ownerId)
  if (owner === undefined) return
  for (const table of ['index_item', ...tablesBesideItem]) {
    db.run(`DELETE FROM ${table} WHERE owner = ?`, owner.key)
  }
  db.run('DELETE FROM index_posting WHERE owner IN (?, ?)', owner.key, -owner.key)
  db.run('DELETE FROM index_owner WHERE key = ?', owner.key)
}

export function existing<T>(row: T | undefined): T {
  if (row === undefined) throw new Finding('The index has no row for its owner.')
  return row
}
