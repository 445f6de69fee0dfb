/** Passages of a thread: their texts, and that none outlives a memory in it. See memory/rank/passages. */
import { endsPassage, passageText, placesOfPassage } from '../../../memory/rank/passages.ts'
import type { Memory } from '../../../memory/schema.ts'
import type { Sql, Transaction } from '../database.ts'

interface Placed {
  readonly ordinal: number
  readonly thread_id: string
  readonly position: number
}

/** The texts of the passages that end at items, by ordinal: of those at which one does. */
export async function passagesAt(
  sql: Sql,
  key: number,
  items: readonly Placed[],
): Promise<ReadonlyMap<number, string>> {
  const ends = items.filter(({ thread_id, position }) => endsPassage(thread_id, position))
  if (ends.length === 0) return new Map()
  const rows = await sql<{ ordinal: number; content: string }[]>`
    SELECT i.ordinal, m.content FROM index_item AS i JOIN memory AS o ON o.seq = i.memory
      JOIN memory AS m ON m.owner_id = o.owner_id AND m.thread_id = o.thread_id
        AND m.position > o.position - ${placesOfPassage}::integer AND m.position <= o.position AND m.state <> 'deleted'
     WHERE i.owner = ${key} AND i.ordinal = ANY(${ends.map(({ ordinal }) => ordinal)}::integer[])
     ORDER BY i.ordinal, m.position`
  const texts = Map.groupBy(rows, ({ ordinal }) => ordinal)
  return new Map(
    [...texts].flatMap(([ordinal, parts]) => {
      const text = passageText(parts.map(({ content }) => content))
      return text === undefined ? [] : [[ordinal, text] as const]
    }),
  )
}

/** Where items stand; those that were removed are left out. */
export const placesOf = (sql: Sql, key: number, ordinals: readonly number[]): Promise<readonly Placed[]> =>
  sql<Placed[]>`
    SELECT i.ordinal, m.thread_id, m.position FROM index_item AS i JOIN memory AS m ON m.seq = i.memory
     WHERE i.owner = ${key} AND i.ordinal = ANY(${ordinals}::integer[])`.execute()

/** Erases the codes of passages that hold memories, given as they were: their rows may have left the thread already. */
export async function erasePassages(
  { sql, ownerId }: Transaction,
  key: number,
  version: number,
  memories: readonly Memory[],
): Promise<void> {
  await sql`
    UPDATE index_code AS c SET passage = NULL, version = ${version}
      FROM unnest(${memories.map(({ threadId }) => threadId)}::text[], ${memories.map(({ position }) => position)}::integer[])
          AS r (thread_id, position)
        JOIN memory AS m ON m.owner_id = ${ownerId} AND m.thread_id = r.thread_id
          AND m.position >= r.position AND m.position < r.position + ${placesOfPassage}::integer
        JOIN index_item AS i ON i.memory = m.seq
     WHERE c.owner = ${key} AND c.ordinal = i.ordinal AND c.passage IS NOT NULL`
}
