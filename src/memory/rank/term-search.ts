/** The items in question while terms are added: which are found, and which can still come among the best (see `fields`). */
import type { OwnerFacts } from '../index/facts.ts'
import { enter, mark, type Workspace } from './workspace.ts'

/** What scores are wanted for. */
export interface Sought {
  /** How many answers are wanted. */
  readonly limit: number
  /** Items that have their exact score whatever it is. */
  readonly always: readonly number[]
  /** What an item's score is multiplied by afterwards; 0 where it is no answer. Never above `highestFactor`. */
  factor(at: number): number
  readonly highestFactor: number
}

/** Valid for one question. */
export class TermSearch {
  /** How many items are found. */
  count = 0
  /** No further item can come among the best. */
  closed = false
  private readonly facts: OwnerFacts
  private readonly space: Workspace
  private readonly sought: Sought

  constructor(facts: OwnerFacts, space: Workspace, sought: Sought) {
    this.facts = facts
    this.space = space
    this.sought = sought
  }

  /** Leaves out what cannot be among the best, where the terms that are left add at most `most` to an item. */
  narrow(most: number): void {
    const { facts, space, sought } = this
    if (sought.limit >= facts.items) return
    const { found, scores, marks } = space
    const { best, least } = this.bounds()
    const newcomer = most + this.bestThread()
    if (!this.closed && (newcomer >= best || newcomer * sought.highestFactor >= least)) return
    if (!this.closed) for (const at of sought.always) this.count = enter(space, at, this.count)
    this.closed = true
    let kept = 0
    for (let i = 0; i < this.count; i++) {
      const at = found[i] as number
      const score = this.scoreOf(at) + most
      const stays = score >= best || (score * sought.highestFactor >= least && score * sought.factor(at) >= least)
      if (stays || ((marks[at] as number) & mark.always) !== 0) found[kept++] = at
      else {
        scores[at] = 0
        marks[at] = (marks[at] as number) & ~(mark.found | mark.around)
      }
    }
    this.count = kept
  }

  /** Adds what threads have, and leaves out what no term touched. Returns the highest score. */
  finish(): number {
    const { space } = this
    const { found, scores, marks, threadScores, scoredThreads } = space
    let kept = 0
    let best = 0
    for (let i = 0; i < this.count; i++) {
      const at = found[i] as number
      if (((marks[at] as number) & mark.around) !== 0) scores[at] = this.scoreOf(at)
      marks[at] = 0
      const score = scores[at] as number
      if (score !== 0) found[kept++] = at
      if (score > best) best = score
    }
    this.count = kept
    for (let i = 0; i < space.threads; i++) threadScores[scoredThreads[i] as number] = 0
    space.threads = 0
    return best
  }

  /** By the terms so far, but all terms in the thread. */
  private scoreOf(at: number): number {
    const { facts, space } = this
    const own = space.scores[at] as number
    return facts.alone[at] === 1 ? own : own + (space.threadScores[facts.thread[at] as number] as number)
  }

  private bestThread(): number {
    const { threads, threadScores, scoredThreads } = this.space
    let best = 0
    for (let i = 0; i < threads; i++) best = Math.max(best, threadScores[scoredThreads[i] as number] as number)
    return best
  }

  /** The best score, and what the last of the best `limit` answers has already; 0 while there are fewer. */
  private bounds(): { readonly best: number; readonly least: number } {
    const { limit, factor, highestFactor } = this.sought
    const { found } = this.space
    // In ascending order.
    const answers = new Float64Array(limit)
    let best = 0
    for (let i = 0; i < this.count; i++) {
      const at = found[i] as number
      const score = this.scoreOf(at)
      if (score > best) best = score
      if (score * highestFactor <= (answers[0] as number)) continue
      const answer = score * factor(at)
      if (answer <= (answers[0] as number)) continue
      let place = 0
      for (; place + 1 < limit && (answers[place + 1] as number) < answer; place++) {
        answers[place] = answers[place + 1] as number
      }
      answers[place] = answer
    }
    return { best, least: answers[0] as number }
  }
}
