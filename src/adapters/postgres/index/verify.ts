import { faultsOfIndex } from '../../../memory/index/verify-index.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { finishRebuild, ownerOf } from './rebuild.ts'

/**
 * Compares an owner's index with their memories. Returns what is wrong, nothing when they agree.
 * For tests and for repair: reads everything of the owner.
 */
export async function verifyIndex(db: Database, ownerId: OwnerId): Promise<readonly string[]> {
  return await db.write(ownerId, async (transaction) => {
    const { sql } = transaction
    const { key } = await finishRebuild(transaction, await ownerOf(transaction))
    const [memories, items, postings, tail] = await Promise.all([
      sql<{ id: MemoryId; content: string }[]>`
        SELECT id, content FROM memory WHERE owner_id = ${ownerId} AND state <> 'deleted'`,
      sql<{ ordinal: number; id: MemoryId; length: number }[]>`
        SELECT i.ordinal, m.id, i.length FROM index_item AS i JOIN memory AS m ON m.seq = i.memory WHERE i.owner = ${key}`,
      sql<{ term: string; block: number; data: Uint8Array }[]>`
        SELECT term, block, data FROM index_posting WHERE owner = ANY(${[key, -key]}::bigint[])`,
      sql<{ ordinal: number; terms: string }[]>`SELECT ordinal, terms FROM index_tail WHERE owner = ${key}`,
    ])
    return faultsOfIndex({ items, postings, tail }, memories)
  })
}
