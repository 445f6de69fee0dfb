/**
 * Writing the index of words, always inside the memory's own transaction, so that memory and index are never apart.
 * Called by the memory store's record; the bytes are those of memory/index/postings and tail.
 */
import { isReworded, type MemoryChanged, memoryIn, putAmid } from '../../../memory/change/set.ts'
import { blockOf } from '../../../memory/index/postings.ts'
import { sidesInUse } from '../../../memory/index/rebuilding.ts'
import type { Memory } from '../../../memory/schema.ts'
import { tablesBesideItem } from '../../../memory/stored/tables.ts'
import { type Analysis, analyze } from '../../../memory/text/analyze.ts'
import type { Analyze } from '../../../memory/text/analyze-ahead.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { append } from './append.ts'
import { nextVersion, type OwnerRow } from './owner.ts'
import { erasePassages } from './passages.ts'
import { type Removed, removePostings } from './postings.ts'
import { finishIfShort, leaveOnlyReadable, ownerOf } from './rebuild.ts'

/**
 * Brings the index to how an owner's memories are: called behind the statements that change them, with all that a write changes, as
 * memories that share words share rows of the index. `read`: `analyze`, which may know the texts already.
 */
export function changeIndex(
  db: Database,
  ownerId: OwnerId,
  changes: readonly MemoryChanged[],
  read: Analyze = analyze,
): void {
  if (changes.length === 0) return
  const [reworded, touched] = [changes.filter(isReworded), changes.filter((change) => !isReworded(change))]
  const removed = reworded.flatMap(({ before }) => before ?? [])
  const added = reworded.flatMap(({ after }) => after ?? [])
  const found = ownerOf(
    db,
    ownerId,
    added.map(({ id }) => id),
  )
  const owner = removed.length === 0 ? found : leaveOnlyReadable(db, found)
  const version = nextVersion(db, owner.key)
  for (const memory of touched.map(memoryIn)) touch(db, version, memory)
  remove(db, owner, version, removed, read)
  append(db, owner, version, added, read)
  const around = [...removed, ...reworded.flatMap((change) => putAmid(change) ?? [])]
  for (const memory of around) erasePassages(db, owner.key, version, memory)
  finishIfShort(db, owner)
}

/** Takes memories out, as they were indexed: the terms of their texts say where their postings are. */
function remove(db: Database, owner: OwnerRow, version: number, memories: readonly Memory[], read: Analyze): void {
  const packed = new Map<number, Removed>()
  for (const memory of memories) {
    const item = db.get<{ ordinal: number }>(
      'SELECT ordinal FROM index_item WHERE memory = (SELECT seq FROM memory WHERE owner_id = ? AND id = ?)',
      memory.ownerId,
      memory.id,
    )
    if (item === undefined) continue
    const { ordinal } = item
    if (ordinal < owner.packed_to) gather(packed, ordinal, read(memory.content))
    for (const table of tablesBesideItem) {
      db.run(`DELETE FROM ${table} WHERE owner = ? AND ordinal = ?`, owner.key, ordinal)
    }
    db.run(
      'UPDATE index_item SET memory = NULL, length = 0, traits = 0, version = ? WHERE owner = ? AND ordinal = ?',
      version,
      owner.key,
      ordinal,
    )
  }
  for (const side of sidesInUse(owner)) removePostings(db, side, packed)
}

function gather(packed: Map<number, Removed>, ordinal: number, { terms: its }: Analysis): void {
  const block = blockOf(ordinal)
  const { ordinals, terms } = packed.get(block) ?? { ordinals: new Set(), terms: new Set() }
  ordinals.add(ordinal)
  for (const term of its.keys()) terms.add(term)
  packed.set(block, { ordinals, terms })
}

/** Says that what ranking knows of a memory besides its words (state, validity, categories, time) has changed. */
function touch(db: Database, version: number, { ownerId, id }: Memory): void {
  db.run(
    'UPDATE index_item SET version = ? WHERE memory = (SELECT seq FROM memory WHERE owner_id = ? AND id = ?)',
    version,
    ownerId,
    id,
  )
}
