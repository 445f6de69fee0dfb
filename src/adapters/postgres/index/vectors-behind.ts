/** What waits for vectors in Postgres: see `VectorIndex`. */
import { mostOwnersBehind, mostPassagesBehind, type VectorsBehind } from '../../../memory/index/ports.ts'
import type { Fragment, Sql } from '../database.ts'
import { nothingWaits } from './schema.ts'

export async function vectorsBehind(sql: Sql, space: string): Promise<VectorsBehind> {
  const some = (waits: Fragment) => sql`(SELECT key, space, embedded_to, next_ordinal, begun_at FROM index_owner
    WHERE ${waits} LIMIT ${mostOwnersBehind})`
  // In an order: the server cannot know how few there are, and would read the whole table for them.
  const [row] = await sql<{ items: number | null; since: number | null; passages: number }[]>`
    WITH
      -- Items of another space are all to be done.
      behind AS (SELECT key, next_ordinal, begun_at, CASE WHEN space = ${space} THEN embedded_to ELSE 0 END AS done FROM (
        ${some(sql`leased_until < ${nothingWaits} AND (space <> ${space} OR embedded_to < next_ordinal) ORDER BY leased_until`)}
        UNION ${some(sql`space < ${space} ORDER BY space`)}
        UNION ${some(sql`space > ${space} ORDER BY space`)}) AS found),
      aged AS (SELECT next_ordinal - done AS items, (
          SELECT greatest(begun_at, (SELECT e.at FROM memory_event AS e
              WHERE e.owner_id = m.owner_id AND e.memory_id = m.id ORDER BY e.seq DESC LIMIT 1))
            FROM index_item AS i JOIN memory AS m ON m.seq = i.memory
           WHERE i.owner = behind.key AND i.ordinal >= done ORDER BY i.ordinal LIMIT 1) AS since
        FROM behind)
    SELECT sum(items) AS items, min(since) AS since,
        (SELECT count(*) FROM (SELECT 1 FROM index_passage_waiting LIMIT ${mostPassagesBehind}) AS found) AS passages
      FROM aged`
  return { waiting: (row?.items ?? 0) + (row?.passages ?? 0), since: row?.since ?? undefined }
}
