/**
 * Which items may be seen at a time, a byte for each. The last answer for an owner is kept: it stays true until their facts change
 * or the time passes a bound of some item's validity, and most searches ask the same again.
 */
import type { OwnerFacts } from '../index/facts.ts'
import type { ItemClass } from '../index/item-facts.ts'

export interface View {
  /** What must hold at this time, Unix milliseconds. */
  readonly asOf: number
  /** Whether items of a class may be seen at all. What may not be seen counts for nothing, not even for its neighbours. */
  maySee(itemClass: ItemClass): boolean
}

interface Kept {
  readonly changes: number
  readonly classes: string
  /** The answer is the same for every time from `from` to before `until`. */
  readonly from: number
  readonly until: number
  readonly visible: Uint8Array
}

const lastOf = new WeakMap<OwnerFacts, Kept>()

/** By ordinal: 1 for what is live, of a class that may be seen, and holding at the time. Read only. */
export function visibleItems(facts: OwnerFacts, { asOf, maySee }: View): Uint8Array {
  const seen = new Uint8Array(facts.classes.length)
  let classes = ''
  for (const [place, itemClass] of facts.classes.entries()) {
    seen[place] = maySee(itemClass) ? 1 : 0
    classes += seen[place]
  }
  const last = lastOf.get(facts)
  if (last?.changes === facts.changes && last.classes === classes && last.from <= asOf && asOf < last.until) {
    return last.visible
  }
  const { live, itemClass, validFrom, validTo, ordinals } = facts
  const visible = new Uint8Array(ordinals)
  let from = Number.NEGATIVE_INFINITY
  let until = Number.POSITIVE_INFINITY
  let first = 0
  // What was answered of the items before stays true where only others came.
  if (
    last !== undefined &&
    last.from <= asOf &&
    asOf < last.until &&
    classes.startsWith(last.classes) &&
    facts.onlyAddedSince(last.changes, last.visible.length)
  ) {
    visible.set(last.visible)
    from = last.from
    until = last.until
    first = last.visible.length
  }
  for (let at = first; at < ordinals; at++) {
    if (live[at] === 0 || seen[itemClass[at] as number] === 0) continue
    const begins = validFrom[at] as number
    const ends = validTo[at] as number
    if (begins > asOf) until = Math.min(until, begins)
    else if (ends > asOf) {
      visible[at] = 1
      from = Math.max(from, begins)
      until = Math.min(until, ends)
    } else from = Math.max(from, ends)
  }
  lastOf.set(facts, { changes: facts.changes, classes, from, until, visible })
  return visible
}
