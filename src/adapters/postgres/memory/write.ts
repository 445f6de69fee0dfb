/** Adding and changing memories, each call one transaction of the owner. What each comes to is said by memory/change. */
import { assertWriter } from '../../../memory/access.ts'
import type { ChangeSet } from '../../../memory/change/set.ts'
import { erasable, erasing, movingTo, updating } from '../../../memory/change/update.ts'
import type { Memories, MemoryFilter } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { ClientId, MemoryId } from '../../../shared/brand.ts'
import type { Database, Fragment, OwnerSql, Transaction } from '../database.ts'
import { addAll } from './add.ts'
import { changeable, findRuleToWrite, matching, ruleOf } from './conditions.ts'
import { findAll, writeChanges } from './record.ts'

export type Writers = Pick<Memories, 'add' | 'update' | 'setState' | 'delete' | 'deleteAll'>

/** Writes the readings of an owner that wait, as a part of their transaction. */
export type FlushReadings = (transaction: Transaction) => Promise<void>

/** How many memories are changed by one statement. */
const page = 500

export const createWriters = (db: Database, flush: FlushReadings): Writers => ({
  add: (ownerId, appId, drafts, policy) =>
    db.write(ownerId, async (transaction) => {
      await flush(transaction)
      return await addAll(transaction, appId, drafts, policy)
    }),

  update: (ownerId, appId, id, change, options) =>
    db.write(ownerId, async (transaction) => {
      const [rule, found] = await Promise.all([writer(transaction, appId, options.at), findAll(transaction, [id])])
      const { memory, changes } = updating(found.get(id), rule, { ownerId, appId }, change, options)
      await writeChanges(transaction, changes)
      return memory
    }),

  setState: (ownerId, appId, which, state, options) =>
    db.write(ownerId, async (transaction) => {
      const { sql } = transaction
      const moving = sql`${selected(transaction, which)} AND m.state <> ${state} AND m.state <> 'deleted'`
      const [, memories] = await Promise.all([
        writer(transaction, appId, options.at),
        selectChangeable(transaction, appId, moving),
      ])
      return await inPages(transaction, memories, (some) => movingTo(state, some, { ownerId, appId }, options))
    }),

  delete: (ownerId, appId, ids, options) =>
    db.write(ownerId, async (transaction) => {
      await flush(transaction)
      const [rule, found] = await Promise.all([writer(transaction, appId, options.at), findAll(transaction, ids)])
      const memories = erasable(ids, (id) => found.get(id), rule, options)
      await inPages(transaction, memories, (some) => erasing(some, { ownerId, appId }, options))
      return memories.map(({ id }) => id)
    }),

  deleteAll: (ownerId, appId, options) =>
    db.write(ownerId, async (transaction) => {
      await flush(transaction)
      const [, memories] = await Promise.all([
        writer(transaction, appId, options.at),
        selectChangeable(transaction, appId, transaction.sql`m.state <> 'deleted'`),
      ])
      return await inPages(transaction, memories, (some) => erasing(some, { ownerId, appId }, options))
    }),
})

/** The rule of an app that may write what was asked for at `at`. @throws Fault `forbidden`, `conflict` */
export async function writer(transaction: Transaction, appId: ClientId, at: number): Promise<AccessRule> {
  const rule = await findRuleToWrite(transaction, appId, at)
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

const selected = ({ sql, ownerId }: OwnerSql, which: readonly MemoryId[] | MemoryFilter): Fragment =>
  'states' in which ? matching(sql, ownerId, which) : sql`m.id = ANY(${which}::text[])`

/** Writes changes of any number of memories, and returns how many. */
async function inPages(
  transaction: Transaction,
  memories: readonly Memory[],
  changesOf: (some: readonly Memory[]) => ChangeSet,
): Promise<number> {
  for (let from = 0; from < memories.length; from += page) {
    await writeChanges(transaction, changesOf(memories.slice(from, from + page)))
    transaction.goesOn()
  }
  return memories.length
}
