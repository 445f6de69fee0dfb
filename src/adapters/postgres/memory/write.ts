/** Adding and changing memories, each call one transaction of the owner. */
import { assertWriter, mayRead } from '../../../memory/access.ts'
import { assertChange, changeable as changeableNow, changesOf } from '../../../memory/change.ts'
import type { Memories, MemoryFilter, WriteOptions } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database, Fragment, Transaction } from '../database.ts'
import { addAll } from './add.ts'
import { changeable, findRule, matching, ruleOf } from './conditions.ts'
import { eraseAll, findAll, recordEvents, rewriteAll, rewritten } from './record.ts'

export type Writers = Pick<Memories, 'add' | 'update' | 'setState' | 'delete' | 'deleteAll'>

/** Writes the readings of an owner that wait, as a part of their transaction. */
export type FlushReadings = (transaction: Transaction) => Promise<void>

/** How many memories are changed by one statement. */
const page = 500

export function createWriters(db: Database, flush: FlushReadings): Writers {
  async function deleteThese(
    transaction: Transaction,
    appId: ClientId,
    memories: readonly Memory[],
    { at }: WriteOptions,
  ): Promise<readonly MemoryId[]> {
    for (const some of pagesOf(memories)) {
      await eraseAll(transaction, some, at)
      await recordEvents(
        transaction,
        some.map(({ id }) => ({ id, kind: 'deleted', appId, at })),
      )
      transaction.goesOn()
    }
    if (memories.length > 0) await forgetResults(transaction)
    return memories.map(({ id }) => id)
  }

  return {
    add: (ownerId, appId, drafts, policy) =>
      db.write(ownerId, async (transaction) => {
        await flush(transaction)
        return await addAll(transaction, appId, drafts, policy)
      }),

    update: (ownerId, appId, id, change, options) =>
      db.write(ownerId, async (transaction) => {
        const [rule, found] = await Promise.all([writer(transaction, appId), findAll(transaction, [id])])
        const before = changeableNow(found.get(id), rule, options)
        const rewriting = rewritten(before, changesOf(change), options.at)
        await rewriteAll(transaction, [rewriting])
        await recordEvents(transaction, [{ id, kind: 'updated', appId, at: options.at, before }])
        return rewriting.after
      }),

    setState: (ownerId, appId, which, state, { at }) =>
      db.write(ownerId, async (transaction) => {
        const { sql } = transaction
        const [, memories] = await Promise.all([
          writer(transaction, appId),
          selectChangeable(
            transaction,
            appId,
            sql`${selected(transaction, which)} AND m.state <> ${state} AND m.state <> 'deleted'`,
          ),
        ])
        for (const some of pagesOf(memories)) {
          await rewriteAll(
            transaction,
            some.map((before) => rewritten(before, { state }, at)),
          )
          await recordEvents(
            transaction,
            some.map((before) => ({ id: before.id, kind: 'state_changed', appId, at, before })),
          )
          transaction.goesOn()
        }
        return memories.length
      }),

    delete: (ownerId, appId, ids, options) =>
      db.write(ownerId, async (transaction) => {
        await flush(transaction)
        const [rule, found] = await Promise.all([writer(transaction, appId), findAll(transaction, ids)])
        const memories = [...new Set(ids)].flatMap((id) => {
          const memory = found.get(id)
          if (memory === undefined || memory.state === 'deleted' || !mayRead(rule, memory)) return []
          assertChange(rule, memory, options)
          return [memory]
        })
        return await deleteThese(transaction, appId, memories, options)
      }),

    deleteAll: (ownerId, appId, options) =>
      db.write(ownerId, async (transaction) => {
        await flush(transaction)
        const [, memories] = await Promise.all([
          writer(transaction, appId),
          selectChangeable(transaction, appId, transaction.sql`m.state <> 'deleted'`),
        ])
        return (await deleteThese(transaction, appId, memories, options)).length
      }),
  }
}

/** The rule of an app that may write. @throws Fault `forbidden` */
export async function writer({ sql, ownerId }: Transaction, appId: ClientId): Promise<AccessRule> {
  const rule = await findRule(sql, ownerId, appId)
  assertWriter(rule)
  return rule
}

async function selectChangeable(
  { sql, ownerId }: Transaction,
  appId: ClientId,
  condition: Fragment,
): Promise<readonly Memory[]> {
  const rows = await sql<MemoryRow[]>`
    SELECT m.* FROM ${ruleOf(sql, ownerId, appId)} JOIN memory AS m
      ON ${changeable(sql, ownerId, appId)} AND ${condition} ORDER BY m.seq`
  return rows.map(memoryOf)
}

const selected = (
  { sql, ownerId }: { readonly sql: Transaction['sql']; readonly ownerId: OwnerId },
  which: readonly MemoryId[] | MemoryFilter,
): Fragment => ('states' in which ? matching(sql, ownerId, which) : sql`m.id = ANY(${which}::text[])`)

function* pagesOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += page) yield all.slice(from, from + page)
}

/** Results kept for idempotency hold texts, and which they hold is not worth knowing. */
const forgetResults = ({ sql, ownerId }: Transaction) =>
  sql`UPDATE once SET state = 'erased', result = NULL WHERE owner_id = ${ownerId} AND state = 'done'`
