/** Making indexes of words anew: see memory/index/rebuilding. Each portion is a transaction of the owner. */
import type { IndexRebuild } from '../../../memory/index/ports.ts'
import {
  atOnce,
  begun,
  empty,
  isSettled,
  isShort,
  isToBegin,
  isUnfinished,
  nextPortion,
  onlyReadable,
  type RebuildFields,
  type RebuildState,
  rebuildFields,
  renewed,
  unread,
} from '../../../memory/index/rebuilding.ts'
import { analyzerVersion } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database, Sql, Transaction } from '../database.ts'
import { existingOwner, findOwner, type OwnerRow } from './owner.ts'
import { clearSide, packTail } from './postings.ts'
import { carryOut } from './rebuild-portion.ts'

export function postgresIndexRebuild(db: Database): IndexRebuild {
  let last = 0
  const next = (after: number) =>
    db.run(async (sql) => {
      const [owner] = await sql<{ key: number; owner_id: OwnerId }[]>`
        SELECT key, owner_id FROM index_owner WHERE unfinished = 1 AND key > ${after} ORDER BY key LIMIT 1`
      return owner
    })
  return {
    begin: () =>
      db.transaction(async (sql) => {
        await sql`UPDATE index_owner SET unfinished = 1 WHERE analyzer <> ${analyzerVersion} AND unfinished = 0`
        // From owner to owner: what lies between is not read.
        await sql`
          WITH RECURSIVE o (id) AS (
              SELECT min(owner_id) FROM memory
              UNION ALL SELECT (SELECT min(owner_id) FROM memory WHERE owner_id > o.id) FROM o WHERE o.id IS NOT NULL)
          INSERT INTO index_owner (owner_id, ${sql.unsafe(columns)})
            SELECT id, ${newRow(sql, unread)} FROM o WHERE id IS NOT NULL AND id NOT IN (SELECT owner_id FROM index_owner)
          ON CONFLICT (owner_id) DO NOTHING`
      }),
    async goOn() {
      // One after the other, so that nobody waits for a large one to be done.
      const found = (await next(last)) ?? (await next(0))
      if (found === undefined) return false
      last = found.key
      await db.write(found.owner_id, async (transaction) => {
        const owner = await findOwner(transaction.sql, found.owner_id, true)
        if (owner !== undefined) {
          await goOn(transaction, isToBegin(owner) ? await beginRebuild(transaction, owner) : owner)
        }
      })
      return true
    },
  }
}

/**
 * The owner's row; made, and the index begun anew, where there is none of this program's analyzer. `written`: the memories that this
 * transaction writes, whose words its caller sees to.
 */
export async function ownerOf(transaction: Transaction, written: readonly MemoryId[] = []): Promise<OwnerRow> {
  const { sql, ownerId } = transaction
  const owner = (await findOwner(sql, ownerId, true)) ?? (await createOwner(transaction, written))
  return isToBegin(owner) ? await beginRebuild(transaction, owner) : owner
}

/**
 * The owner's row for a search, `owner` as it was found; an index that is missing or of another analyzer is begun anew, and one of few
 * memories is finished, whoever began it: their owner is not to be told that nothing was found.
 */
export async function ownerToSearch(db: Database, ownerId: OwnerId, owner: OwnerRow | undefined): Promise<OwnerRow> {
  if (owner !== undefined && isSettled(owner)) return owner
  if (await db.run((sql) => isShortOf(sql, ownerId))) {
    return await db.write(ownerId, async (transaction) => finishRebuild(transaction, await ownerOf(transaction)))
  }
  return owner === undefined || isToBegin(owner)
    ? await db.write(ownerId, (transaction) => ownerOf(transaction))
    : owner
}

/** Behind a write of the owner's. `owner`: before it. */
export async function finishIfShort(transaction: Transaction, owner: OwnerRow): Promise<void> {
  const { sql, ownerId } = transaction
  if (isUnfinished(owner) && (await isShortOf(sql, ownerId))) {
    await finishRebuild(transaction, await existingOwner(transaction))
  }
}

/** All that is left to do, at once. */
export async function finishRebuild(transaction: Transaction, owner: OwnerRow): Promise<OwnerRow> {
  let now = owner
  while (isUnfinished(now)) {
    now = await goOn(transaction, now)
    transaction.goesOn()
  }
  return now
}

/** Whether an owner has so little that its index is made while a request waits. */
async function isShortOf(sql: Sql, ownerId: OwnerId): Promise<boolean> {
  const [size] = await sql<{ memories: number; characters: number }[]>`
    SELECT count(*) AS memories, coalesce(sum(length(content)), 0) AS characters
      FROM (SELECT content FROM memory WHERE owner_id = ${ownerId} LIMIT ${atOnce.memories + 1}) AS m`
  return size !== undefined && isShort(size)
}

const columns = `version, next_ordinal, packed_to, tail_terms, unfinished, ${rebuildFields.join(', ')}`
const newRow = (sql: Sql, state: RebuildFields) =>
  sql.unsafe(
    `0, 0, 0, 0, ${Number(isUnfinished(state))}, ${rebuildFields.map((field) => state[field] ?? 'NULL').join(', ')}`,
  )

async function createOwner(transaction: Transaction, written: readonly MemoryId[]): Promise<OwnerRow> {
  const { sql, ownerId } = transaction
  const others = await sql`
    SELECT 1 FROM memory WHERE owner_id = ${ownerId} AND state <> 'deleted' AND id <> ALL(${written}::text[]) LIMIT 1`
  await sql`INSERT INTO index_owner (owner_id, ${sql.unsafe(columns)})
    VALUES (${ownerId}, ${newRow(sql, others.length === 0 ? empty : unread)}) ON CONFLICT (owner_id) DO NOTHING`
  return await existingOwner(transaction)
}

/** Writes how far it is. */
async function keep(transaction: Transaction, state: RebuildState): Promise<OwnerRow> {
  const { sql } = transaction
  const row = { ...state, unfinished: Number(isUnfinished(state)) }
  await sql`UPDATE index_owner SET ${sql(row, 'unfinished', ...rebuildFields)}, version = version + 1 WHERE key = ${state.key}`
  return await existingOwner(transaction)
}

/** Begins to make an index anew; what there is stays in use, the words that wait in the tail too. */
async function beginRebuild(transaction: Transaction, owner: OwnerRow, how = begun): Promise<OwnerRow> {
  await packTail(transaction.sql, owner)
  await transaction.sql`UPDATE index_owner SET packed_to = next_ordinal, tail_terms = 0 WHERE key = ${owner.key}`
  return await keep(transaction, how(owner))
}

/** Sees again which memories are in it, and begins. */
export async function renewIndex(transaction: Transaction): Promise<void> {
  const owner = await findOwner(transaction.sql, transaction.ownerId, true)
  if (owner !== undefined) await beginRebuild(transaction, owner, renewed)
}

/** Only what this program can take a text out of is left; the owner's words are found again as they are read. */
export async function leaveOnlyReadable(transaction: Transaction, owner: OwnerRow): Promise<OwnerRow> {
  const { state, cleared } = onlyReadable(owner)
  if (cleared.length === 0) return owner
  for (const side of cleared) await clearSide(transaction.sql, side)
  return await keep(transaction, state)
}

/** Does one portion. */
async function goOn(transaction: Transaction, owner: OwnerRow): Promise<OwnerRow> {
  const next = nextPortion(owner)
  return await keep(transaction, next === undefined ? owner : await carryOut(transaction, owner, next))
}
