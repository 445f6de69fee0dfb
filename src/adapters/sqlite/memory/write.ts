/** Adding and changing memories, each call one transaction. What each comes to is said by memory/change. */
import { assertWriter } from '../../../memory/access.ts'
import { erasable, erasing, movingTo, updating } from '../../../memory/change/update.ts'
import type { Memories, MemoryFilter } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import { type Analyze, analyzeAhead } from '../../../memory/text/analyze-ahead.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { packLongTail } from '../index/append.ts'
import { addAll } from './add.ts'
import { both, type Condition, changeable, findRuleToWrite, matching, oneOf } from './conditions.ts'
import { forEachPortion, inPortion, type PortionSize } from './portions.ts'
import { find, writeChanges } from './record.ts'

export type Writers = Pick<Memories, 'add' | 'update' | 'setState' | 'delete' | 'deleteAll'>

/** How many memories are put into another state in one transaction, and erased in one: some 30 ms. */
const moving: PortionSize = { memories: 200, bytes: 1_000_000 }
const erasure: PortionSize = { memories: 100, bytes: 100_000 }

export const createWriters = (db: Database, flush: (ownerId: OwnerId) => void): Writers => ({
  async add(ownerId, appId, drafts, policy) {
    const read = await analyzeAhead(drafts.map(textOf))
    const outcomes = db.transaction(() => {
      flush(ownerId)
      return addAll(db, { ownerId, appId }, drafts, policy, read)
    })
    if (drafts.length > 1) await packLongTail(db, ownerId)
    return outcomes
  },

  update: async (ownerId, appId, id, change, options) =>
    db.transaction(() => {
      const rule = writer(db, ownerId, appId, options.at)
      const { memory, changes } = updating(find(db, ownerId, id), rule, { ownerId, appId }, change, options)
      writeChanges(db, ownerId, changes)
      return memory
    }),

  async setState(ownerId, appId, which, state, options) {
    const move = (from: string, among: Condition) =>
      db.transaction(() => {
        const of = selected(ownerId, writer(db, ownerId, appId, options.at), which)
        const elsewhere: Condition = { sql: "m.state <> ? AND m.state <> 'deleted'", values: [state] }
        const memories = selectAll(db, from, both(of, elsewhere, among))
        writeChanges(db, ownerId, movingTo(state, memories, { ownerId, appId }, options))
        return memories.length
      })
    if (!('states' in which)) return move('memory AS m', always)
    writer(db, ownerId, appId, options.at)
    let moved = 0
    await forEachPortion(db, ownerId, moving, (among) => {
      moved += move(`memory AS m ${inPortion}`, among)
    })
    return moved
  },

  async delete(ownerId, appId, ids, options) {
    const these = () => {
      const rule = writer(db, ownerId, appId, options.at)
      return erasable(ids, (id) => find(db, ownerId, id), rule, options)
    }
    const read = ids.length > 1 ? await analyzeAhead(db.snapshot(these).map(textOf)) : undefined
    return db.erase(() => {
      flush(ownerId)
      const memories = these()
      writeChanges(db, ownerId, erasing(memories, { ownerId, appId }, options), read)
      return memories.map(({ id }) => id)
    })
  },

  async deleteAll(ownerId, appId, options) {
    let erased = 0
    const these = (among: Condition) => {
      const rule = writer(db, ownerId, appId, options.at)
      const kept: Condition = { sql: "m.state <> 'deleted'", values: [] }
      return selectAll(db, `memory AS m ${inPortion}`, both(changeable(ownerId, rule), kept, among))
    }
    const erase = (among: Condition, read?: Analyze) =>
      db.withReserve(() =>
        db.transaction(() => {
          flush(ownerId)
          const memories = these(among)
          writeChanges(db, ownerId, erasing(memories, { ownerId, appId }, options), read)
          return memories.length
        }),
      )
    writer(db, ownerId, appId, options.at)
    await forEachPortion(db, ownerId, erasure, async (among) => {
      erased += erase(among, await analyzeAhead(db.snapshot(() => these(among)).map(textOf)))
    }).finally(() => db.erase(() => undefined))
    return erased
  },
})

const textOf = ({ content }: Pick<Memory, 'content'>): string => content

/** The rule of an app that may write what was asked for at `at`. @throws Fault `forbidden`, `conflict` */
export function writer(db: Database, ownerId: OwnerId, appId: ClientId, at: number): AccessRule {
  const rule = findRuleToWrite(db, ownerId, appId, at)
  assertWriter(rule)
  return rule
}

const always: Condition = { sql: '1', values: [] }

const selectAll = (db: Database, from: string, { sql, values }: Condition): Memory[] =>
  db.all<MemoryRow>(`SELECT m.* FROM ${from} WHERE ${sql}`, ...values).map(memoryOf)

const selected = (ownerId: OwnerId, rule: AccessRule, which: readonly MemoryId[] | MemoryFilter): Condition =>
  both(changeable(ownerId, rule), 'states' in which ? matching(ownerId, which) : oneOf('m.id', which))
