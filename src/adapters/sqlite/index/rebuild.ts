/** Making indexes of words anew: see memory/index/rebuilding. Every function runs inside a transaction of its caller's. */
import type { IndexRebuild } from '../../../memory/index/ports.ts'
import {
  atOnce,
  begun,
  empty,
  isSettled,
  isShort,
  isToBegin,
  isUnfinished,
  nextPortion,
  onlyReadable,
  type RebuildFields,
  type RebuildState,
  rebuildFields,
  renewed,
  unread,
} from '../../../memory/index/rebuilding.ts'
import { analyzerVersion } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { existing, findOwner, type OwnerRow, ownerColumns, ownerWith } from './owner.ts'
import { clearSide, packTail } from './postings.ts'
import { carryOut } from './rebuild-portion.ts'

export function sqliteIndexRebuild(db: Database): IndexRebuild {
  let last = 0
  const unfinished = (after: number) =>
    db.get<OwnerRow>(
      `SELECT ${ownerColumns} FROM index_owner WHERE unfinished = 1 AND key > ? ORDER BY key LIMIT 1`,
      after,
    )
  return {
    begin: async () =>
      db.transaction(() => {
        db.run('UPDATE index_owner SET unfinished = 1 WHERE analyzer <> ?', analyzerVersion)
        // From owner to owner: what lies between is not read.
        db.run(
          `WITH RECURSIVE o (id) AS (
              SELECT min(owner_id) FROM memory
              UNION ALL SELECT (SELECT min(owner_id) FROM memory WHERE owner_id > o.id) FROM o WHERE o.id IS NOT NULL)
            INSERT INTO index_owner (owner_id, ${columns})
            SELECT id, ${places} FROM o WHERE id IS NOT NULL AND id NOT IN (SELECT owner_id FROM index_owner)`,
          ...newRow(unread),
        )
      }),
    goOn: async () => {
      if (unfinished(0) === undefined) return false
      return db.transaction(() => {
        // One after the other, so that nobody waits for a large one to be done.
        const owner = unfinished(last) ?? unfinished(0)
        if (owner === undefined) return false
        last = owner.key
        goOn(db, isToBegin(owner) ? beginRebuild(db, owner) : owner)
        return true
      })
    },
  }
}

/**
 * The owner's row; made, and the index begun anew, where there is none of this program's analyzer. `written`: the memories that this
 * transaction writes, whose words its caller sees to.
 */
export function ownerOf(db: Database, ownerId: OwnerId, written: readonly MemoryId[] = []): OwnerRow {
  const owner = findOwner(db, ownerId) ?? createOwner(db, ownerId, written)
  return isToBegin(owner) ? beginRebuild(db, owner) : owner
}

/**
 * The owner's row for a search; an index that is missing or of another analyzer is begun anew, and one of few memories is finished,
 * whoever began it: their owner is not to be told that nothing was found.
 */
export function ownerToSearch(db: Database, ownerId: OwnerId): OwnerRow {
  const owner = findOwner(db, ownerId)
  if (owner !== undefined && isSettled(owner)) return owner
  if (isShortOf(db, ownerId)) return db.transaction(() => finishRebuild(db, ownerOf(db, ownerId)))
  return owner === undefined || isToBegin(owner) ? db.transaction(() => ownerOf(db, ownerId)) : owner
}

/** Behind a write of the owner's. `owner`: before it. */
export function finishIfShort(db: Database, owner: OwnerRow): void {
  if (isUnfinished(owner) && isShortOf(db, owner.owner_id)) finishRebuild(db, ownerWith(db, owner.key))
}

/** All that is left to do, at once. */
export function finishRebuild(db: Database, owner: OwnerRow): OwnerRow {
  let now = owner
  while (isUnfinished(now)) now = goOn(db, now)
  return now
}

/** Whether an owner has so little that its index is made while a request waits. */
function isShortOf(db: Database, ownerId: OwnerId): boolean {
  const size = db.get<{ memories: number; characters: number }>(
    `SELECT count(*) AS memories, coalesce(sum(length(content)), 0) AS characters
       FROM (SELECT content FROM memory WHERE owner_id = ? LIMIT ${atOnce.memories + 1}) AS part`,
    ownerId,
  )
  return size !== undefined && isShort(size)
}

const valuesOf = (state: RebuildFields) => rebuildFields.map((field) => state[field])
const columns = `version, next_ordinal, packed_to, tail_terms, unfinished, ${rebuildFields.join(', ')}`
const newRow = (state: RebuildFields) => [0, 0, 0, 0, Number(isUnfinished(state)), ...valuesOf(state)]
const places = newRow(empty).map(() => '?')

function createOwner(db: Database, ownerId: OwnerId, written: readonly MemoryId[]): OwnerRow {
  const others = `SELECT 1 FROM memory
    WHERE owner_id = ? AND state <> 'deleted' AND id NOT IN (SELECT value FROM json_each(?)) LIMIT 1`
  const state = db.get(others, ownerId, JSON.stringify(written)) === undefined ? empty : unread
  db.run(`INSERT INTO index_owner (owner_id, ${columns}) VALUES (?, ${places})`, ownerId, ...newRow(state))
  return existing(findOwner(db, ownerId))
}

/** Writes how far it is. */
function keep(db: Database, state: RebuildState): OwnerRow {
  db.run(
    `UPDATE index_owner SET ${rebuildFields.map((field) => `${field} = ?`)}, unfinished = ?, version = version + 1
      WHERE key = ?`,
    ...valuesOf(state),
    Number(isUnfinished(state)),
    state.key,
  )
  return ownerWith(db, state.key)
}

/** Begins to make an index anew; what there is stays in use, the words that wait in the tail too. */
function beginRebuild(db: Database, owner: OwnerRow, how = begun): OwnerRow {
  packTail(db, owner, owner.next_ordinal)
  return keep(db, how(owner))
}

/** Sees again which memories are in it, and begins. */
export function renewIndex(db: Database, owner: OwnerRow): void {
  beginRebuild(db, owner, renewed)
}

/** Only what this program can take a text out of is left; the owner's words are found again as they are read. */
export function leaveOnlyReadable(db: Database, owner: OwnerRow): OwnerRow {
  const { state, cleared } = onlyReadable(owner)
  if (cleared.length === 0) return owner
  for (const side of cleared) clearSide(db, side)
  return keep(db, state)
}

/** Does one portion. */
function goOn(db: Database, owner: OwnerRow): OwnerRow {
  const next = nextPortion(owner)
  return keep(db, next === undefined ? owner : carryOut(db, owner, next))
}
