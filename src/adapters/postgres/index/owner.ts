/** The owner's row of the index: where it stands. */
import type { IndexState } from '../../../memory/index/kept-index.ts'
import { type RebuildState, rebuildColumns } from '../../../memory/index/rebuilding.ts'
import type { VectorMark } from '../../../memory/index/vector-marks.ts'
import { tablesBesideItem } from '../../../memory/stored/tables.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { Finding } from '../../../shared/error-record.ts'
import type { Sql, Transaction } from '../database.ts'
import { deleteInPages } from '../delete-in-pages.ts'

export interface OwnerRow extends IndexState, RebuildState, VectorMark {
  readonly next_ordinal: number
  readonly tail_terms: number
  /** How long the vectors of the owner's own HNSW index are; 0 where there is none. */
  readonly near: number
}

/** The columns of an `OwnerRow`. */
export const ownerColumns = `${rebuildColumns}, version, next_ordinal, packed_to, tail_terms, space, vectors_to, near`

/** `held`: nobody else changes it until the transaction ends. */
export async function findOwner(sql: Sql, ownerId: OwnerId, held = false): Promise<OwnerRow | undefined> {
  const [row] = await sql<OwnerRow[]>`
    SELECT ${sql.unsafe(ownerColumns)} FROM index_owner WHERE owner_id = ${ownerId} ${held ? sql`FOR UPDATE` : sql``}`
  return row
}

/** The same, of an owner who has one. */
export async function existingOwner({ sql, ownerId }: Transaction): Promise<OwnerRow> {
  const owner = await findOwner(sql, ownerId, true)
  if (owner === undefined) throw new Finding('The index has no row for its owner.')
  return owner
}

/** Removes all that the index has of the owner, but for their own HNSW index (`dropHnswIndexesOfNobody`). */
export async function dropIndex(transaction: Transaction): Promise<void> {
  const { sql, ownerId } = transaction
  const owner = await findOwner(sql, ownerId)
  if (owner === undefined) return
  for (const table of ['index_item', ...tablesBesideItem]) {
    await deleteInPages(transaction, table, sql`owner = ${owner.key}`)
  }
  await deleteInPages(transaction, 'index_posting', sql`owner = ANY(${[owner.key, -owner.key]}::bigint[])`)
  await sql`DELETE FROM index_owner WHERE key = ${owner.key}`
}
