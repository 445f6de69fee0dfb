/** What a graph elsewhere is made from, and where what a model derived is kept. */
import { mayRead } from '../../../memory/access.ts'
import { isOfText, takingOver } from '../../../memory/change/derive.ts'
import { textOf } from '../../../memory/graph/knowledge.ts'
import type { GraphMemory, GraphSource } from '../../../memory/graph/ports.ts'
import type { Knowledge, Mention, Relation } from '../../../memory/graph/schema.ts'
import { type RuleRow, ruledCategories } from '../../../memory/stored/app.ts'
import { graphMemoryOf } from '../../../memory/stored/graph.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { MemoryId } from '../../../shared/brand.ts'
import type { Database, OwnerSql } from '../database.ts'
import { writeJobs } from '../memory/outbox.ts'
import { writeChanges } from '../memory/record.ts'
import { extractionsOf, isCurrent, makeCurrent, refreshKnowledge } from './write.ts'

export function postgresGraphSource(db: Database): GraphSource {
  return {
    graphMemories: (ownerId, ids) =>
      db.write(ownerId, async (transaction) => {
        await isCurrent(transaction)
        const [rows, knowledge] = await Promise.all([findRows(transaction, ids), knowledgeOf(transaction, ids)])
        const byId = new Map(rows.map((row) => [row.id, row]))
        return ids.flatMap((id): GraphMemory[] => {
          const row = byId.get(id)
          return row === undefined ? [] : [graphMemoryOf(row, knowledge(id))]
        })
      }),

    texts: async (ownerId, ids) => {
      const rows = await db.run(
        (sql) => sql<MemoryRow[]>`SELECT * FROM memory
          WHERE owner_id = ${ownerId} AND id = ANY(${[...ids]}::text[]) AND state <> 'deleted'`,
      )
      return rows.map((row) => textOf(memoryOf(row)))
    },

    renew: (ownerId) =>
      db.transaction(async (sql) => {
        await sql`UPDATE entity_owner SET version = 0
          WHERE ${ownerId ?? null}::text IS NULL OR owner_id = ${ownerId ?? null}`
      }),

    async knowledge(ownerId, rule, id) {
      await makeCurrent(db, ownerId)
      const [[row], knowledge, extractions] = await db.snapshot((sql) =>
        Promise.all([
          findRows({ sql, ownerId }, [id]),
          knowledgeOf({ sql, ownerId }, [id]),
          extractionsOf({ sql, ownerId }, [id]),
        ]),
      )
      if (row === undefined || row.state === 'deleted' || !mayRead(rule, memoryOf(row))) return undefined
      return { ...knowledge(id), facts: extractions.get(id)?.facts ?? [] }
    },

    keepExtraction: (ownerId, id, contentHash, derived, by) =>
      db.write(ownerId, async (transaction) => {
        const { sql } = transaction
        const [row] = await findRows(transaction, [id])
        const before = row && memoryOf(row)
        if (row === undefined || !isOfText(before, contentHash)) return false
        const { categories, occurredAt, ...body } = derived
        await sql`INSERT INTO extraction (memory, body) VALUES (${row.seq}, ${JSON.stringify(body)})
          ON CONFLICT (memory) DO UPDATE SET body = excluded.body`
        const rules = await sql<Pick<RuleRow, 'categories'>[]>`
          SELECT categories FROM access_rule WHERE owner_id = ${ownerId}`
        const taken = takingOver(before, { categories, occurredAt }, ruledCategories(rules), by)
        if (taken !== undefined) await writeChanges(transaction, taken.changes)
        await refreshKnowledge(transaction, taken?.memory ?? before)
        await writeJobs(transaction, [{ id, kinds: ['graph'] }], by.at)
        return true
      }),
  }
}

const findRows = ({ sql, ownerId }: OwnerSql, ids: readonly MemoryId[]) =>
  sql<MemoryRow[]>`SELECT * FROM memory WHERE owner_id = ${ownerId} AND id = ANY(${ids}::text[])`.execute()

/** What each of these memories is known to be about. */
async function knowledgeOf({ sql, ownerId }: OwnerSql, ids: readonly MemoryId[]): Promise<(id: MemoryId) => Knowledge> {
  const [mentions, relations] = await Promise.all([
    sql<(Mention & { id: MemoryId })[]>`
      SELECT m.id, e.key, n.name, n.kind, n.origin
        FROM memory AS m JOIN mention AS n ON n.memory = m.seq JOIN entity AS e ON e.id = n.entity
       WHERE m.owner_id = ${ownerId} AND m.id = ANY(${ids}::text[]) ORDER BY e.key`,
    sql<(Relation & { id: MemoryId })[]>`
      SELECT m.id, s.key AS subject, r.predicate, o.key AS object, r.origin
        FROM memory AS m JOIN relation AS r ON r.memory = m.seq
        JOIN entity AS s ON s.id = r.subject JOIN entity AS o ON o.id = r.object
       WHERE m.owner_id = ${ownerId} AND m.id = ANY(${ids}::text[]) ORDER BY s.key, r.predicate, o.key`,
  ])
  const [mentioned, related] = [Map.groupBy(mentions, ({ id }) => id), Map.groupBy(relations, ({ id }) => id)]
  return (one) => ({
    mentions: (mentioned.get(one) ?? []).map(({ id: _, ...mention }) => mention),
    relations: (related.get(one) ?? []).map(({ id: _, ...relation }) => relation),
  })
}
