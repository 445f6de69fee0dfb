/** What waits for vectors in SQLite: see `VectorIndex`. */
import { mostOwnersBehind, mostPassagesBehind, type VectorsBehind } from '../../../memory/index/ports.ts'
import type { Database } from '../database.ts'

export function vectorsBehind(db: Database, space: string): VectorsBehind {
  const some = (waits: string) => `SELECT * FROM (SELECT key, space, embedded_to, next_ordinal, begun_at
      FROM index_owner INDEXED BY ${waits} LIMIT ${mostOwnersBehind})`
  const row = db.get<{ items: number | null; since: number | null; passages: number }>(
    `WITH
      -- Items of another space are all to be done.
      behind AS (SELECT key, next_ordinal, begun_at, CASE WHEN space = ?1 THEN embedded_to ELSE 0 END AS done FROM (
        ${some('index_owner_behind WHERE embedded_to < next_ordinal')}
        UNION ${some('index_owner_by_space WHERE space < ?1')}
        UNION ${some('index_owner_by_space WHERE space > ?1')})),
      aged AS (SELECT next_ordinal - done AS items, (
          SELECT max(begun_at, (SELECT e.at FROM memory_event AS e
              WHERE e.owner_id = m.owner_id AND e.memory_id = m.id ORDER BY e.seq DESC LIMIT 1))
            FROM index_item AS i CROSS JOIN memory AS m ON m.seq = i.memory
           WHERE i.owner = behind.key AND i.ordinal >= done ORDER BY i.ordinal LIMIT 1) AS since
        FROM behind)
    SELECT sum(items) AS items, min(since) AS since,
        (SELECT count(*) FROM (SELECT 1 FROM index_passage_waiting LIMIT ${mostPassagesBehind})) AS passages
      FROM aged`,
    space,
  )
  return { waiting: (row?.items ?? 0) + (row?.passages ?? 0), since: row?.since ?? undefined }
}
