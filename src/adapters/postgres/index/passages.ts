/** Passages of a thread: their texts, that none outlives a memory in it, and which are to be made anew. See memory/index/passages. */
import {
  endsPassage,
  hasPassages,
  passageText,
  placesOfPassage,
  stepOfPassages,
} from '../../../memory/index/passages.ts'
import type { EmbeddingClaim } from '../../../memory/index/ports.ts'
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

/**
 * Erases the codes of passages that hold memories, given as they were: their rows may have left the thread already. What is left of
 * them is to be embedded anew; so is one that was none yet, as of a single message.
 */
export async function erasePassages(
  { sql, ownerId }: Transaction,
  key: number,
  version: number,
  memories: readonly Memory[],
): Promise<void> {
  const held = memories.filter(({ threadId }) => hasPassages(threadId))
  if (held.length === 0) return
  await sql`
    WITH ends AS (UPDATE index_code AS c SET passage = NULL, version = ${version}
      FROM unnest(${held.map(({ threadId }) => threadId)}::text[], ${held.map(({ position }) => position)}::integer[])
          AS r (thread_id, position)
        JOIN memory AS m ON m.owner_id = ${ownerId} AND m.thread_id = r.thread_id
          AND m.position >= r.position AND m.position < r.position + ${placesOfPassage}::integer
          AND m.position % ${stepOfPassages}::integer = ${stepOfPassages - 1}::integer
        JOIN index_item AS i ON i.memory = m.seq
     WHERE c.owner = ${key} AND c.ordinal = i.ordinal RETURNING c.ordinal)
    INSERT INTO index_passage_waiting (owner, ordinal) SELECT ${key}, ordinal FROM ends
    ON CONFLICT (owner, ordinal) DO UPDATE SET leased_until = 0`
}

/** Takes the next passages of the owner who waits longest; undefined when none wait. In a transaction. */
export async function claimPassages(
  sql: Sql,
  space: string,
  count: number,
  at: number,
  leaseMs: number,
): Promise<EmbeddingClaim | undefined> {
  // The row is the lease: another process looks past it instead of waiting.
  const [first] = await sql<{ owner: number }[]>`
    SELECT w.owner FROM index_passage_waiting AS w JOIN index_owner AS o ON o.key = w.owner
     WHERE w.leased_until <= ${at} AND o.space = ${space} ORDER BY w.leased_until LIMIT 1 FOR UPDATE OF w SKIP LOCKED`
  if (first === undefined) return undefined
  const { owner } = first
  const waiting = await sql<{ ordinal: number }[]>`
    SELECT ordinal FROM index_passage_waiting WHERE owner = ${owner} AND leased_until <= ${at}
     ORDER BY ordinal LIMIT ${count} FOR UPDATE SKIP LOCKED`
  const ordinals = waiting.map(({ ordinal }) => ordinal)
  const passages = await passagesAt(sql, owner, await placesOf(sql, owner, ordinals))
  const items = ordinals.map((ordinal) => ({ ordinal, text: undefined, passage: passages.get(ordinal) }))
  const claim = { owner, space, items, to: undefined }
  await leasePassages(sql, claim, at + leaseMs)
  return claim
}

/** Nobody else is given the passages of a claim until then. */
export async function leasePassages(sql: Sql, { owner, items }: EmbeddingClaim, until: number): Promise<void> {
  await sql`UPDATE index_passage_waiting SET leased_until = ${until}
    WHERE owner = ${owner} AND ordinal = ANY(${items.map(({ ordinal }) => ordinal)}::integer[])`
}

/** Prolongs the lease of those that are still leased. */
export async function extendPassages(
  sql: Sql,
  { owner, items }: EmbeddingClaim,
  at: number,
  leaseMs: number,
): Promise<void> {
  await sql`UPDATE index_passage_waiting SET leased_until = ${at + leaseMs}
    WHERE owner = ${owner} AND ordinal = ANY(${items.map(({ ordinal }) => ordinal)}::integer[])
      AND leased_until > ${at} AND leased_until < ${at + leaseMs}`
}

/** What was embedded, or is no more, waits no longer; what has changed meanwhile waits again, and nobody has it in hand. */
export async function settlePassages(
  sql: Sql,
  key: number,
  ordinals: readonly number[],
  changed: ReadonlySet<number>,
): Promise<void> {
  const done = ordinals.filter((ordinal) => !changed.has(ordinal))
  if (done.length > 0) {
    await sql`DELETE FROM index_passage_waiting WHERE owner = ${key} AND ordinal = ANY(${done}::integer[])`
  }
  if (changed.size > 0) {
    await sql`INSERT INTO index_passage_waiting (owner, ordinal) SELECT ${key}, unnest(${[...changed]}::integer[])
      ON CONFLICT (owner, ordinal) DO UPDATE SET leased_until = 0`
  }
}
