/** The owner's row of the index: where it stands, and making it anew from the memories. */
import type { IndexState } from '../../../memory/rank/kept-index.ts'
import { analyzerVersion } from '../../../memory/text/analyze.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Sql, Transaction } from '../database.ts'
import { analyzeItem, append } from './append.ts'

export interface OwnerRow extends IndexState {
  readonly analyzer: number
  readonly tail_terms: number
  readonly space: string
  /** Items below it have their vectors. */
  readonly embedded_to: number
  /** How long the vectors of the owner's own HNSW index are; 0 where there is none. */
  readonly near: number
}

/** The columns of an `OwnerRow`. */
export const ownerColumns = 'key, analyzer, version, next_ordinal, packed_to, tail_terms, space, embedded_to, near'

/** `held`: nobody else changes it until the transaction ends. */
export async function findOwner(sql: Sql, ownerId: OwnerId, held = false): Promise<OwnerRow | undefined> {
  const [row] = await sql<OwnerRow[]>`
    SELECT ${sql.unsafe(ownerColumns)} FROM index_owner WHERE owner_id = ${ownerId} ${held ? sql`FOR UPDATE` : sql``}`
  return row
}

/** The owner's row; made, or the index made anew, where there is none of this program's analyzer. */
export async function ownerOf(transaction: Transaction): Promise<{ owner: OwnerRow; rebuilt: boolean }> {
  const owner = await findOwner(transaction.sql, transaction.ownerId, true)
  if (owner?.analyzer === analyzerVersion) return { owner, rebuilt: false }
  return { owner: await rebuildIndex(transaction), rebuilt: true }
}

/** Removes all that the index has of the owner. */
export async function dropIndex({ sql, ownerId }: Transaction): Promise<void> {
  const owner = await findOwner(sql, ownerId)
  if (owner === undefined) return
  for (const table of ['index_tail', 'index_posting', 'index_item', 'index_code', 'index_vector']) {
    await sql`DELETE FROM ${sql(table)} WHERE owner = ${owner.key}`
  }
  await sql`DELETE FROM index_owner WHERE key = ${owner.key}`
  if (owner.near > 0) await sql.unsafe(`DROP INDEX IF EXISTS ${nearIndexOf(owner.key)}`)
}

/** The name of an owner's HNSW index. */
export const nearIndexOf = (key: number): string => `index_vector_near_${key}`

/** Indexes the owner anew from the memories. Caches of any process see another key and begin afresh. */
async function rebuildIndex(transaction: Transaction): Promise<OwnerRow> {
  const { sql, ownerId } = transaction
  await dropIndex(transaction)
  await sql`INSERT INTO index_owner (owner_id, analyzer, version, next_ordinal, packed_to, tail_terms)
    VALUES (${ownerId}, ${analyzerVersion}, 0, 0, 0, 0)`
  const page = 500
  let after = 0
  for (;;) {
    const owner = await findOwner(sql, ownerId)
    if (owner === undefined) throw new Error('The index has no row for its owner.')
    const rows = await sql<{ seq: number; content: string }[]>`
      SELECT seq, content FROM memory WHERE owner_id = ${ownerId} AND seq > ${after} AND state <> 'deleted'
       ORDER BY seq LIMIT ${page}`
    if (rows.length === 0) return owner
    await append(
      transaction,
      owner,
      rows.map(({ seq, content }) => analyzeItem({ memory: seq, text: content })),
    )
    after = rows.at(-1)?.seq ?? after
    transaction.goesOn()
  }
}
