/** Putting items behind all others of their owner: into the tail, and with the tail into the packed postings once it is long. */
import { setImmediate } from 'node:timers/promises'
import { longestTail, mostPackedAtOnce, packTerms } from '../../../memory/index/tail.ts'
import type { Memory } from '../../../memory/schema.ts'
import type { Analyze } from '../../../memory/text/analyze-ahead.ts'
import { traitsOf } from '../../../memory/text/traits.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Database } from '../database.ts'
import { findOwner, nextVersion, type OwnerRow } from './owner.ts'
import { keepInTail, packPortion } from './postings.ts'
import { ownerOf } from './rebuild.ts'

export function append(
  db: Database,
  owner: OwnerRow,
  version: number,
  memories: readonly Memory[],
  read: Analyze,
): void {
  let tailTerms = owner.tail_terms
  const items = memories.map(({ ownerId, id, content }, n) => {
    const ordinal = owner.next_ordinal + n
    const { terms, length, language } = read(content)
    tailTerms += terms.size
    db.run(
      `INSERT INTO index_item (owner, ordinal, memory, version, length, language, traits)
        SELECT ?, ?, seq, ?, ?, ?, ? FROM memory WHERE owner_id = ? AND id = ?`,
      ...[owner.key, ordinal, version, length, language, traitsOf(content, language), ownerId, id],
    )
    return { ordinal, terms: packTerms(terms) }
  })
  const next = owner.next_ordinal + items.length
  db.run('UPDATE index_owner SET next_ordinal = ?, tail_terms = ? WHERE key = ?', next, tailTerms, owner.key)
  // Of a large batch nothing is packed in its own transaction, which has enough to do: see packLongTail.
  const isLarge = tailTerms - owner.tail_terms > mostPackedAtOnce
  if (tailTerms >= longestTail && !isLarge) packPortion(db, owner, next, items)
  else keepInTail(db, owner.key, items)
}

/**
 * Packs what a large batch has left in the tail, a portion at a time and with others' turns in between. Behind the batch's own
 * transaction: what is left in the tail is as much of the index as what is packed, and each portion is a transaction of its own. What
 * it cannot do, as on a full disk, the owner's next write goes on with.
 */
export async function packLongTail(db: Database, ownerId: OwnerId): Promise<void> {
  const waits = () => (findOwner(db, ownerId)?.tail_terms ?? 0) >= longestTail
  while (waits()) {
    await setImmediate()
    try {
      db.transaction(() => {
        // Erased meanwhile, or another process was faster.
        if (!waits()) return
        const owner = ownerOf(db, ownerId)
        nextVersion(db, owner.key)
        packPortion(db, owner, owner.next_ordinal)
      })
    } catch (error) {
      if (error instanceof Fault) return
      throw error
    }
  }
}
