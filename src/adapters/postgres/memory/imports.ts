/** Memories that come back from an export, with everything they had. */
import { assertUnrestricted } from '../../../memory/access.ts'
import { guessedThread } from '../../../memory/change.ts'
import { noAnnotations } from '../../../memory/graph/schema.ts'
import type { ImportedMemory, ImportStatus, Imports } from '../../../memory/ports.ts'
import type { Memory } from '../../../memory/schema.ts'
import type { Database, Transaction } from '../database.ts'
import { newMemory, nextPositions } from './add.ts'
import { findRule } from './conditions.ts'
import { findAll, insertAll, type NewEvent, type Rewriting, recordEvents, rewriteAll, rewritten } from './record.ts'

export function createImports(db: Database): Imports {
  return {
    importAll: (ownerId, appId, memories, mode, at) =>
      db.write(ownerId, async (transaction) => {
        const threads = [...new Set(memories.flatMap(({ threadId }) => threadId ?? []))]
        const [rule, known, places, next] = await Promise.all([
          findRule(transaction.sql, ownerId, appId),
          findAll(
            transaction,
            memories.map(({ id }) => id),
          ),
          takenPlaces(transaction, memories),
          nextPositions(transaction, threads),
        ])
        assertUnrestricted(rule)
        const made: Memory[] = []
        const rewritings: Rewriting[] = []
        const events: NewEvent[] = []
        const statuses = memories.map((imported): ImportStatus => {
          const before = known.get(imported.id)
          if (before === undefined) {
            const memory = asImported(transaction, imported, placeOf(imported))
            made.push(memory)
            events.push({ id: memory.id, kind: 'imported', appId, at })
            return 'added'
          }
          if (mode === 'skip' || before.state === 'deleted') return 'skipped'
          const {
            content,
            contentHash,
            state,
            categories,
            metadata,
            annotations = noAnnotations,
            occurredAt,
            validTo,
          } = imported
          const rewriting = rewritten(
            before,
            { content, contentHash, state, categories, metadata, annotations, occurredAt, validTo },
            at,
          )
          rewritings.push(rewriting)
          events.push({ id: before.id, kind: 'updated', appId, at, before })
          return 'overwritten'
        })
        await rewriteAll(transaction, rewritings)
        await insertAll(transaction, made, at)
        await recordEvents(transaction, events)
        return statuses

        /** The place it had, unless another memory stands there. */
        function placeOf({ id, threadId = guessedThread(id), position }: ImportedMemory) {
          const free = next.get(threadId) ?? 0
          const taken = position === undefined || places.has(`${position} ${threadId}`)
          const place = taken ? free : position
          places.add(`${place} ${threadId}`)
          next.set(threadId, Math.max(free, place + 1))
          return { threadId, position: place }
        }
      }),
  }
}

/** Where other memories stand in the threads of these, as `position thread`. */
async function takenPlaces({ sql, ownerId }: Transaction, memories: readonly ImportedMemory[]): Promise<Set<string>> {
  const wanted = memories.flatMap(({ threadId, position }) =>
    threadId === undefined || position === undefined ? [] : [{ threadId, position }],
  )
  if (wanted.length === 0) return new Set()
  const rows = await sql<{ thread_id: string; position: number }[]>`
    SELECT m.thread_id, m.position
      FROM unnest(${wanted.map(({ threadId }) => threadId)}::text[], ${wanted.map(({ position }) => position)}::integer[])
        AS r (thread_id, position)
      JOIN memory AS m ON m.owner_id = ${ownerId} AND m.thread_id = r.thread_id AND m.position = r.position`
  return new Set(rows.map(({ thread_id, position }) => `${position} ${thread_id}`))
}

const asImported = (
  transaction: Transaction,
  imported: ImportedMemory,
  place: { readonly threadId: string; readonly position: number },
): Memory => ({
  ...newMemory(transaction, imported.appId, imported, { ...place, at: imported.createdAt }),
  state: imported.state,
  validTo: imported.validTo,
  supersedes: imported.supersedes,
  updatedAt: imported.updatedAt,
})
