/** Adding and changing memories, each call one transaction of the owner. What each comes to is said by memory/change. */
import { assertWriter } from '../../../memory/access.ts'
import type { ChangeSet } from '../../../memory/change/set.ts'
import { erasable, erasing, movingTo, updating } from '../../../memory/change/update.ts'
import type { Memories, MemoryFilter, WriteOptions } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import { bytesOf } from '../../../memory/stored/texts.ts'
import type { ClientId, MemoryId } from '../../../shared/brand.ts'
import type { Database, Fragment, OwnerSql, Transaction } from '../database.ts'
import { addAll } from './add.ts'
import { changeable, findRuleToWrite, matching, ruleOf } from './conditions.ts'
import { findAll, writeChanges } from './record.ts'
import { sumBefore } from './texts.ts'

export type Writers = Pick<Memories, 'add' | 'update' | 'setState' | 'delete' | 'deleteAll'>

/** Writes the readings of an owner that wait, as a part of their transaction. */
export type FlushReadings = (transaction: Transaction) => Promise<void>

/** How many memories are changed by one statement, and how large they are together: it ends with the one that brings it to so many bytes. */
const page = 500
const pageBytes = 8_000_000

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
      const moving = transaction.sql`${selected(transaction, which)} AND m.state <> ${state} AND m.state <> 'deleted'`
      return await inPages(transaction, appId, moving, options, (some) =>
        movingTo(state, some, { ownerId, appId }, options),
      )
    }),

  delete: (ownerId, appId, ids, options) =>
    db.write(ownerId, async (transaction) => {
      await flush(transaction)
      const [rule, found] = await Promise.all([writer(transaction, appId, options.at), findAll(transaction, ids)])
      const memories = erasable(ids, (id) => found.get(id), rule, options)
      for (let from = 0; from < memories.length; from += page) {
        const some = memories.slice(from, from + page)
        await writeChanges(transaction, erasing(some, { ownerId, appId }, options))
        transaction.goesOn()
      }
      return memories.map(({ id }) => id)
    }),

  deleteAll: (ownerId, appId, options) =>
    db.write(ownerId, async (transaction) => {
      await flush(transaction)
      const kept = transaction.sql`m.state <> 'deleted'`
      return await inPages(transaction, appId, kept, options, (some) => erasing(some, { ownerId, appId }, options))
    }),
})

/** The rule of an app that may write what was asked for at `at`. @throws Fault `forbidden`, `conflict` */
export async function writer(transaction: Transaction, appId: ClientId, at: number): Promise<AccessRule> {
  const rule = await findRuleToWrite(transaction, appId, at)
  assertWriter(rule)
  return rule
}

/** The next of those that the app may change, in the order of writing: so many, and no more texts than so many bytes and one. */
async function nextPage({ sql, ownerId }: Transaction, appId: ClientId, condition: Fragment, after: number) {
  const before = sumBefore(sql, sql.unsafe(bytesOf))
  const rows = await sql<(MemoryRow & { readonly found: number })[]>`
    SELECT m.* FROM (
      SELECT m.*, ${before} AS bytes_before, count(*) OVER () AS found FROM (
        SELECT m.*, m.seq AS place FROM ${ruleOf(sql, ownerId, appId)} JOIN memory AS m
            ON ${changeable(sql, ownerId, appId)} AND ${condition} AND m.seq > ${after}
         ORDER BY m.seq LIMIT ${page}) AS m) AS m
     WHERE m.bytes_before < ${pageBytes} ORDER BY m.place`
  const found = rows[0]?.found ?? 0
  return { rows, isLast: found < page && rows.length === found }
}

const selected = ({ sql, ownerId }: OwnerSql, which: readonly MemoryId[] | MemoryFilter): Fragment =>
  'states' in which ? matching(sql, ownerId, which) : sql`m.id = ANY(${which}::text[])`

/** Writes changes of all memories of a condition that the app may change, and returns how many: what is read is what one page takes. */
async function inPages(
  transaction: Transaction,
  appId: ClientId,
  condition: Fragment,
  { at }: WriteOptions,
  changesOf: (some: readonly Memory[]) => ChangeSet,
): Promise<number> {
  let count = 0
  for (let after = 0; ; ) {
    const [{ rows, isLast }] = await Promise.all([
      nextPage(transaction, appId, condition, after),
      ...(after === 0 ? [writer(transaction, appId, at)] : []),
    ])
    if (rows.length > 0) await writeChanges(transaction, changesOf(rows.map(memoryOf)))
    if (isLast) return count + rows.length
    transaction.goesOn()
    count += rows.length
    after = rows.at(-1)?.seq ?? after
  }
}
