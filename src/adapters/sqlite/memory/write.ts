/** Adding and changing memories, each call one transaction. What each comes to is said by memory/change. */
import { assertWriter } from '../../../memory/access.ts'
import { erasable, erasing, movingTo, updating } from '../../../memory/change/update.ts'
import type { Memories, MemoryFilter } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import { analyzeAhead } from '../../../memory/text/analyze-ahead.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { packLongTail } from '../index/append.ts'
import { addAll } from './add.ts'
import { both, type Condition, changeable, findRuleToWrite, matching, oneOf } from './conditions.ts'
import { find, writeChanges } from './record.ts'

export type Writers = Pick<Memories, 'add' | 'update' | 'setState' | 'delete' | 'deleteAll'>

/** Of all that a person has, so many texts are read before they are erased: beyond, reading is not what takes longest. */
const mostReadAhead = 5_000

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

  setState: async (ownerId, appId, which, state, options) =>
    db.transaction(() => {
      const moving = both(selected(ownerId, writer(db, ownerId, appId, options.at), which), {
        sql: "m.state <> ? AND m.state <> 'deleted'",
        values: [state],
      })
      const memories = selectAll(db, moving)
      writeChanges(db, ownerId, movingTo(state, memories, { ownerId, appId }, options))
      return memories.length
    }),

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
    const these = (limit?: number) => {
      const rule = writer(db, ownerId, appId, options.at)
      return selectAll(db, both(changeable(ownerId, rule), { sql: "m.state <> 'deleted'", values: [] }), limit)
    }
    const read = await analyzeAhead(db.snapshot(() => these(mostReadAhead)).map(textOf))
    return db.erase(() => {
      flush(ownerId)
      const memories = these()
      writeChanges(db, ownerId, erasing(memories, { ownerId, appId }, options), read)
      return memories.length
    })
  },
})

const textOf = ({ content }: Pick<Memory, 'content'>): string => content

/** The rule of an app that may write what was asked for at `at`. @throws Fault `forbidden`, `conflict` */
export function writer(db: Database, ownerId: OwnerId, appId: ClientId, at: number): AccessRule {
  const rule = findRuleToWrite(db, ownerId, appId, at)
  assertWriter(rule)
  return rule
}

/** `limit`: how many at most; all unless given. */
const selectAll = (db: Database, condition: Condition, limit = -1): Memory[] =>
  db
    .all<MemoryRow>(`SELECT m.* FROM memory AS m WHERE ${condition.sql} LIMIT ?`, ...condition.values, limit)
    .map(memoryOf)

const selected = (ownerId: OwnerId, rule: AccessRule, which: readonly MemoryId[] | MemoryFilter): Condition =>
  both(changeable(ownerId, rule), 'states' in which ? matching(ownerId, which) : oneOf('m.id', which))
