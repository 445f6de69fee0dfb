/** What an import comes to: memories come back with everything they had. Pure. */
import type { MemoryId } from '../../shared/brand.ts'
import { assertUnrestricted } from '../access.ts'
import { noAnnotations } from '../graph/schema.ts'
import type { ImportedMemory, ImportStatus } from '../ports.ts'
import type { AccessRule, Memory } from '../schema.ts'
import { guessedThread } from '../threads.ts'
import { newMemory } from './add.ts'
import { createPlaces, type Place } from './places.ts'
import { type ChangeSet, type NewEvent, type Rewriting, rewriting, type Writing } from './set.ts'

export type ImportMode = 'skip' | 'overwrite'

export interface KnownForImporting {
  readonly rule: AccessRule
  find(id: MemoryId): Memory | undefined
  firstFree(threadId: string): number
  /** Whether a memory stands there. */
  isTaken(place: Place): boolean
}

export interface ImportResult {
  readonly statuses: readonly ImportStatus[]
  readonly changes: ChangeSet
}

/** @throws Fault `forbidden` unless the app may write all */
export function importing(
  known: KnownForImporting,
  { ownerId, appId }: Writing,
  memories: readonly ImportedMemory[],
  mode: ImportMode,
  at: number,
): ImportResult {
  assertUnrestricted(known.rule)
  const places = createPlaces(known.firstFree, known.isTaken)
  const made: Memory[] = []
  const amid = new Set<MemoryId>()
  const rewritten: Rewriting[] = []
  const events: NewEvent[] = []
  const statuses = memories.map((imported): ImportStatus => {
    const { id, state, validTo, supersedes, updatedAt } = imported
    const before = known.find(id)
    if (before === undefined) {
      const place = places.again(imported.threadId ?? guessedThread(id), imported.position)
      const memory = newMemory({ ownerId, appId: imported.appId }, imported, place, imported.createdAt)
      if (places.isAmid(place)) amid.add(id)
      made.push({ ...memory, state, validTo, supersedes, updatedAt })
      events.push({ id, kind: 'imported' })
      return 'added'
    }
    if (mode === 'skip' || before.state === 'deleted') return 'skipped'
    const { content, contentHash, categories, metadata, annotations = noAnnotations, occurredAt } = imported
    const change = { content, contentHash, state, categories, metadata, annotations, occurredAt, validTo }
    rewritten.push(rewriting(before, change, at))
    events.push({ id, kind: 'updated', before })
    return 'overwritten'
  })
  return { statuses, changes: { appId, at, rewritten, made, amid, events } }
}
