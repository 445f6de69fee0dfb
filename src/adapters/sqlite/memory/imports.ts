/** Memories that come back from an export, with everything they had. */
import { assertUnrestricted } from '../../../memory/access.ts'
import { guessedThread } from '../../../memory/change.ts'
import { noAnnotations } from '../../../memory/graph/schema.ts'
import type { ImportedMemory, ImportStatus, Imports } from '../../../memory/ports.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { findRule } from './conditions.ts'
import { find, insert, recordEvent, rewrite } from './record.ts'
import { nextPosition } from './write.ts'

export function createImports(db: Database): Imports {
  return {
    importAll: async (ownerId, appId, memories, mode, at) =>
      db.transaction(() => {
        assertUnrestricted(findRule(db, ownerId, appId))
        return memories.map((memory) => importOne(ownerId, appId, memory, mode, at))
      }),
  }

  function importOne(
    ownerId: OwnerId,
    appId: ClientId,
    imported: ImportedMemory,
    mode: 'skip' | 'overwrite',
    at: number,
  ): ImportStatus {
    const before = find(db, ownerId, imported.id)
    if (before === undefined) {
      const threadId = imported.threadId ?? guessedThread(imported.id)
      const memory = insert(db, ownerId, {
        draft: imported,
        appId: imported.appId,
        threadId,
        position: freePosition(ownerId, threadId, imported.position),
        state: imported.state,
        supersedes: imported.supersedes,
        validTo: imported.validTo,
        createdAt: imported.createdAt,
        updatedAt: imported.updatedAt,
      })
      recordEvent(db, memory, { kind: 'imported', appId, at })
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
    const change = { content, contentHash, state, categories, metadata, annotations, occurredAt, validTo }
    const after = rewrite(db, before, change, at)
    recordEvent(db, after, { kind: 'updated', appId, at, before })
    return 'overwritten'
  }

  /** The place it had, unless another memory stands there. */
  function freePosition(ownerId: OwnerId, threadId: string, wanted: number | undefined): number {
    const taken =
      wanted === undefined ||
      db.get(
        'SELECT 1 FROM memory WHERE owner_id = ? AND thread_id = ? AND position = ?',
        ownerId,
        threadId,
        wanted,
      ) !== undefined
    return taken ? nextPosition(db, ownerId, threadId) : wanted
  }
}
