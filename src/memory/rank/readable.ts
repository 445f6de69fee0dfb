/**
 * The facts that an app's questions are ranked by. What it may not read counts for nothing: not in how rare a word is, how long a thread
 * or how many stand beside, so that no score tells of it.
 */
import type { OwnerFacts } from '../index/facts.ts'
import type { ItemClass } from '../index/item-facts.ts'

interface Kept {
  readonly changes: number
  readonly classes: string
  readonly facts: OwnerFacts
}

/** An owner's apps that are limited each in their own way seldom ask by turns. */
const mostKept = 2
const keptOf = new WeakMap<OwnerFacts, readonly Kept[]>()

/** An owner's facts as far as items are of a class that may be read; the same object where all are. Read only. */
export function readableFacts(facts: OwnerFacts, mayRead: (itemClass: ItemClass) => boolean): OwnerFacts {
  const readable = facts.classes.map(mayRead)
  if (!readable.includes(false)) return facts
  const classes = readable.map(Number).join('')
  const kept = (keptOf.get(facts) ?? []).filter(({ changes }) => changes === facts.changes)
  const found = kept.find((one) => one.classes === classes)
  if (found !== undefined) return found.facts
  const { itemClass } = facts
  const part = facts.only((at) => readable[itemClass[at] as number] === true)
  keptOf.set(facts, [{ changes: facts.changes, classes, facts: part }, ...kept].slice(0, mostKept))
  return part
}
