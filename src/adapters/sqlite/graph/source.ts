/** What a graph elsewhere is made from, and where what a model derived is kept. */
import { mayRead } from '../../../memory/access.ts'
import { isOfText, takingOver } from '../../../memory/change/derive.ts'
import { textOf } from '../../../memory/graph/knowledge.ts'
import type { GraphMemory, GraphSource } from '../../../memory/graph/ports.ts'
import type { EntityKind, Knowledge, Origin } from '../../../memory/graph/schema.ts'
import { type RuleRow, ruledCategories } from '../../../memory/stored/app.ts'
import { graphMemoryOf } from '../../../memory/stored/graph.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { writeJobs } from '../memory/outbox.ts'
import { writeChanges } from '../memory/record.ts'
import { extractionOf, isCurrent, makeCurrent, refreshKnowledge } from './write.ts'

export function sqliteGraphSource(db: Database): GraphSource {
  const known = (seq: number): Knowledge => ({
    mentions: db.all<{ key: string; name: string; kind: EntityKind; origin: Origin }>(
      `SELECT e.key AS key, n.name AS name, n.kind AS kind, n.origin AS origin
         FROM mention AS n JOIN entity AS e ON e.id = n.entity WHERE n.memory = ? ORDER BY e.key`,
      seq,
    ),
    relations: db.all<{ subject: string; predicate: string; object: string; origin: Origin }>(
      `SELECT s.key AS subject, r.predicate AS predicate, o.key AS object, r.origin AS origin
         FROM relation AS r JOIN entity AS s ON s.id = r.subject JOIN entity AS o ON o.id = r.object
        WHERE r.memory = ? ORDER BY s.key, r.predicate, o.key`,
      seq,
    ),
  })
  const rowOf = (ownerId: OwnerId, id: string) =>
    db.get<MemoryRow>('SELECT * FROM memory WHERE owner_id = ? AND id = ?', ownerId, id)

  return {
    graphMemories: async (ownerId, ids) =>
      db.transaction(() => {
        isCurrent(db, ownerId)
        return ids.flatMap((id): GraphMemory[] => {
          const row = rowOf(ownerId, id)
          return row === undefined ? [] : [graphMemoryOf(row, known(row.seq))]
        })
      }),

    renew: async (ownerId) =>
      db.transaction(() => {
        if (ownerId === undefined) db.run('UPDATE entity_owner SET version = 0')
        else db.run('UPDATE entity_owner SET version = 0 WHERE owner_id = ?', ownerId)
      }),

    async knowledge(ownerId, rule, id) {
      makeCurrent(db, ownerId)
      const row = rowOf(ownerId, id)
      if (row === undefined || row.state === 'deleted' || !mayRead(rule, memoryOf(row))) return undefined
      return { ...known(row.seq), facts: extractionOf(db, row.seq)?.facts ?? [] }
    },

    texts: async (ownerId, ids) =>
      ids.flatMap((id) => {
        const row = rowOf(ownerId, id)
        return row === undefined || row.state === 'deleted' ? [] : [textOf(memoryOf(row))]
      }),

    keepExtraction: async (ownerId, id, contentHash, derived, by) =>
      db.transaction(() => {
        const row = rowOf(ownerId, id)
        const before = row && memoryOf(row)
        if (row === undefined || !isOfText(before, contentHash)) return false
        const { categories, occurredAt, ...body } = derived
        db.run(
          'INSERT INTO extraction (memory, body) VALUES (?, ?) ON CONFLICT (memory) DO UPDATE SET body = excluded.body',
          row.seq,
          JSON.stringify(body),
        )
        const rules = db.all<Pick<RuleRow, 'categories'>>(
          'SELECT categories FROM access_rule WHERE owner_id = ?',
          ownerId,
        )
        const taken = takingOver(before, { categories, occurredAt }, ruledCategories(rules), by)
        if (taken !== undefined) writeChanges(db, ownerId, taken.changes)
        refreshKnowledge(db, taken?.memory ?? before)
        writeJobs(db, ownerId, id, ['graph'], by.at)
        return true
      }),
  }
}
