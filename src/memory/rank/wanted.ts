/** Which items the caller wants of those that they may see. Pure; called by rank. */
import type { OwnerFacts } from '../index/facts.ts'
import { none } from '../index/item-facts.ts'

/** What the caller wants of what they may see. Times are Unix milliseconds. */
export interface Wanted {
  readonly categories?: readonly string[] | undefined
  readonly appId?: string | undefined
  readonly thread?: string | undefined
  /** When it happened, or was recorded where that is unknown; inclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Whether an item, by ordinal, is of the wanted categories, app, thread and time. */
export function wantedItem(facts: OwnerFacts, wanted: Wanted): (at: number) => boolean {
  const { categories, appId, thread, from, to } = wanted
  const classes = facts.classes.map(
    (one) =>
      (appId === undefined || one.appId === appId) &&
      (categories === undefined || one.categories.some((name) => categories.includes(name))),
  )
  const threadPlace = thread === undefined ? none : facts.threadPlace(thread)
  return (at) => {
    if (classes[facts.itemClass[at] ?? 0] !== true) return false
    if (thread !== undefined && facts.thread[at] !== threadPlace) return false
    if (from === undefined && to === undefined) return true
    const happened = facts.occurredAt[at] ?? Number.NaN
    const told = Number.isNaN(happened) ? (facts.createdAt[at] ?? 0) : happened
    return (from === undefined || told >= from) && (to === undefined || told <= to)
  }
}
