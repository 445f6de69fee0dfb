/** Putting items behind all others of their owner: into the tail, and with the tail into the packed postings once it is long. */
import { longestTail, packTerms, type TermsOfItem } from '../../../memory/index/tail.ts'
import type { Memory } from '../../../memory/schema.ts'
import type { Analyze } from '../../../memory/text/analyze-ahead.ts'
import { traitsOf } from '../../../memory/text/traits.ts'
import type { Database } from '../database.ts'
import type { OwnerRow } from './owner.ts'
import { packTail } from './postings.ts'

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
  if (tailTerms >= longestTail) packTail(db, owner, next, items)
  else keepInTail(db, owner.key, items)
}

function keepInTail(db: Database, key: number, items: readonly TermsOfItem[]): void {
  for (const { ordinal, terms } of items) {
    db.run('INSERT INTO index_tail (owner, ordinal, terms) VALUES (?, ?, ?)', key, ordinal, terms)
  }
}
