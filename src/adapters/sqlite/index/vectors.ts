/** Vectors of items in SQLite: which items wait for theirs, and keeping those that were made. See `VectorIndex`. */
import { codeOf, toBytes } from '../../../memory/index/codes.ts'
import type { VectorIndex } from '../../../memory/index/ports.ts'
import { roundedBytes } from '../../../memory/index/rounded-vectors.ts'
import { claimOf, type EmbeddingMark, goesOnAt } from '../../../memory/index/vector-marks.ts'
import { vectorTables } from '../../../memory/stored/tables.ts'
import type { Database } from '../database.ts'
import { nextVersion, ownerWith } from './owner.ts'
import {
  claimPassages,
  extendPassages,
  type LastPlace,
  leasePassages,
  passageAt,
  placeOf,
  settlePassage,
} from './passages.ts'
import { renewIndex } from './rebuild.ts'
import { vectorsBehind } from './vectors-behind.ts'

export function sqliteVectorIndex(db: Database): VectorIndex {
  return {
    claim: async (space, count, at, leaseMs) =>
      db.transaction(() => {
        const owner = waitingOwner(db, space, at)
        if (owner === undefined) return claimPassages(db, space, count, at, leaseMs)
        if (owner.space !== space) beginSpace(db, owner.key, space, at)
        db.run('UPDATE index_owner SET leased_until = ? WHERE key = ?', at + leaseMs, owner.key)
        const items = db
          .all<{ ordinal: number; text: string } & LastPlace>(
            `SELECT i.ordinal AS ordinal, m.content AS text, m.owner_id, m.thread_id, m.position
               FROM index_item AS i JOIN memory AS m ON m.seq = i.memory
              WHERE i.owner = ? AND i.ordinal >= ? ORDER BY i.ordinal LIMIT ?`,
            owner.key,
            goesOnAt(owner, space),
            count,
          )
          .map(({ ordinal, text, ...place }) => ({ ordinal, text, passage: passageAt(db, place) }))
        return claimOf(owner, space, items, count)
      }),
    keep: async (claim, vectors, passages = []) =>
      db.transaction(() => {
        const { owner } = claim
        const current = db.get<{ space: string }>('SELECT space FROM index_owner WHERE key = ?', owner)
        if (current?.space !== claim.space) return
        const version = nextVersion(db, owner)
        claim.items.forEach(({ ordinal, text, passage }, i) => {
          const vector = vectors[i]
          const place = placeOf(db, owner, ordinal)
          const ends = text === undefined || passage !== undefined
          // A memory in it may have changed while it was embedded.
          const changed = ends && place !== undefined && passage !== passageAt(db, place)
          if (ends) settlePassage(db, owner, ordinal, changed)
          if (place === undefined) return
          const kept = passage === undefined || changed ? undefined : passages[i]
          if (vector !== undefined) put(db, owner, ordinal, version, vector, kept)
          else if (text === undefined && kept !== undefined) putPassage(db, owner, ordinal, version, kept)
        })
        if (claim.to === undefined) return
        db.run(
          `UPDATE index_owner SET embedded_to = max(embedded_to, ?1), vectors_to = max(vectors_to, ?1), leased_until = 0
            WHERE key = ?2`,
          claim.to,
          owner,
        )
      }),
    extend: async (claim, at, leaseMs) =>
      db.transaction(() => {
        if (claim.to === undefined) extendPassages(db, claim, at, leaseMs)
        else {
          db.run(
            'UPDATE index_owner SET leased_until = ?1 + ?2 WHERE key = ?3 AND leased_until > ?1 AND leased_until < ?1 + ?2',
            at,
            leaseMs,
            claim.owner,
          )
        }
      }),
    release: async (claim, at) =>
      db.transaction(() => {
        if (claim.to === undefined) leasePassages(db, claim, at)
        else db.run('UPDATE index_owner SET leased_until = ? WHERE key = ?', at, claim.owner)
      }),
    renew: async (what, ownerId, at) =>
      db.transaction(() => {
        const owners = db.all<{ key: number }>(
          `SELECT key FROM index_owner ${ownerId === undefined ? '' : 'WHERE owner_id = ?'}`,
          ...(ownerId === undefined ? [] : [ownerId]),
        )
        for (const { key } of owners) {
          if (what === 'embeddings') beginSpace(db, key, '', at)
          else renewIndex(db, ownerWith(db, key))
        }
        return owners.length
      }),
    behind: async (space) => vectorsBehind(db, space),
  }
}

/** Who waits longest for vectors of new items; else, after a change of the space, anybody whose vectors are of another. */
function waitingOwner(db: Database, space: string, at: number): EmbeddingMark | undefined {
  const one = (waits: string, ...values: readonly string[]) =>
    db.get<EmbeddingMark>(
      `SELECT key, space, embedded_to, next_ordinal FROM index_owner INDEXED BY ${waits}
          AND leased_until <= ? LIMIT 1`,
      ...values,
      at,
    )
  return (
    // In the order of the index: by `leased_until`.
    one('index_owner_behind WHERE embedded_to < next_ordinal') ??
    one('index_owner_by_space WHERE space < ?', space) ??
    one('index_owner_by_space WHERE space > ?', space)
  )
}

/**
 * Vectors of another model cannot be compared: they go, and search does without until the new ones are there. Who had none has waited
 * since what waits was written.
 */
function beginSpace(db: Database, key: number, space: string, at: number): void {
  for (const table of vectorTables) {
    db.run(`DELETE FROM ${table} WHERE owner = ?`, key)
  }
  db.run(
    `UPDATE index_owner SET space = ?, embedded_to = 0, vectors_to = 0, version = version + 1,
        begun_at = CASE WHEN space = '' THEN begun_at ELSE ? END WHERE key = ?`,
    space,
    at,
    key,
  )
}

function put(
  db: Database,
  owner: number,
  ordinal: number,
  version: number,
  vector: Float32Array,
  passage: Float32Array | undefined,
): void {
  db.run(
    'INSERT OR REPLACE INTO index_code (owner, ordinal, version, code, passage, rounded) VALUES (?, ?, ?, ?, ?, ?)',
    owner,
    ordinal,
    version,
    toBytes(codeOf(vector)),
    passage === undefined ? null : toBytes(codeOf(passage)),
    roundedBytes(vector),
  )
  db.run(
    'INSERT OR REPLACE INTO index_vector (owner, ordinal, vector) VALUES (?, ?, ?)',
    owner,
    ordinal,
    toBytes(vector),
  )
}

const putPassage = (db: Database, owner: number, ordinal: number, version: number, passage: Float32Array): void =>
  void db.run(
    'UPDATE index_code SET passage = ?, version = ? WHERE owner = ? AND ordinal = ?',
    toBytes(codeOf(passage)),
    version,
    owner,
    ordinal,
  )
