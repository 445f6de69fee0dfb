/**
 * Passages: each a few messages of a conversation that follow one another, embedded as one text, since what a message means often
 * stands in those around it (passage retrieval: Callan, SIGIR 1994). A code of one bit a number is kept of each: it only adjusts
 * what the messages' own vectors say. Pure; called by the job that embeds, by engines and by the search.
 */
import { isGuessed } from '../threads.ts'
import { CodeTable } from './code-table.ts'
import { codeFrom } from './codes.ts'
import type { OwnerFacts } from './facts.ts'
import { none } from './item-facts.ts'

/** A passage ends at every third place of a thread and reaches over six, so that two passages hold a message. */
export const stepOfPassages = 3
export const placesOfPassage = 6
/** Characters of each message: models read some hundred words. */
const longestPart = 400

/** Whether a thread has passages: a guessed one has none, as its memories may have nothing to do with one another. */
export const hasPassages = (threadId: string): boolean => !isGuessed(threadId)

/** Whether a passage ends at a place. */
export const endsPassage = (threadId: string, position: number): boolean =>
  position % stepOfPassages === stepOfPassages - 1 && hasPassages(threadId)

/** The text of a passage from those of its memories, in order; undefined of a single one, which has its own vector. */
export const passageText = (texts: readonly string[]): string | undefined =>
  texts.length < 2 ? undefined : texts.map((text) => text.slice(0, longestPart).toWellFormed()).join('\n')

/** How alike a passage and a question are, by the ordinal of its last item; undefined where none ends. */
export type PassageLikeness = (ordinal: number) => number | undefined

/** What it takes to know where a passage's code is. */
const bytesOfPlace = 50

/** The codes of an owner's passages, by the ordinal of the last item of each. */
export class PassageCodes {
  private readonly places = new Map<number, number>()
  private table: CodeTable | undefined

  get bytes(): number {
    return (this.table?.bytes ?? 0) + this.places.size * bytesOfPlace
  }

  /** Null for a passage that is no more. */
  put(ordinal: number, bytes: Uint8Array | null): void {
    if (bytes === null) {
      this.places.delete(ordinal)
      return
    }
    const code = codeFrom(bytes)
    this.table ??= new CodeTable(code.length)
    if (code.length !== this.table.words) return
    const place = this.places.get(ordinal) ?? this.table.ordinals
    this.places.set(ordinal, place)
    this.table.put(place, code)
  }

  /** The cosines of a vector of length 1 with passages, estimated from their signs. */
  likenessTo(vector: Float32Array): PassageLikeness {
    const estimate = this.table?.cosinesWith(vector)
    return (ordinal) => {
      const place = this.places.get(ordinal)
      return place === undefined || estimate === undefined ? undefined : estimate(place)
    }
  }
}

/**
 * For each of `ordinals` the likeness of the best passage that holds it. A passage with anything in it that may not be seen counts
 * for nothing.
 */
export function bestPassages(
  facts: OwnerFacts,
  ordinals: Iterable<number>,
  visible: Uint8Array,
  likeness: PassageLikeness,
): ReadonlyMap<number, number> {
  const known = new Map<number, number | undefined>()
  const best = new Map<number, number>()
  for (const at of ordinals) {
    for (const end of passageEnds(facts, at)) {
      if (!known.has(end)) known.set(end, isWholeVisible(facts, end, visible) ? likeness(end) : undefined)
      const one = known.get(end)
      if (one !== undefined && one > (best.get(at) ?? -2)) best.set(at, one)
    }
  }
  return best
}

/** The items at which the passages end that hold one. */
export function passageEnds({ position, next, guessedThread }: OwnerFacts, at: number): number[] {
  if (guessedThread[at] === 1) return []
  const ends: number[] = []
  const last = (position[at] as number) + placesOfPassage - 1
  for (let end = at; end !== none && (position[end] as number) <= last; end = next[end] as number) {
    if ((position[end] as number) % stepOfPassages === stepOfPassages - 1) ends.push(end)
  }
  return ends
}

function isWholeVisible({ position, previous }: OwnerFacts, end: number, visible: Uint8Array): boolean {
  const first = (position[end] as number) - placesOfPassage + 1
  for (let at = end; at !== none && (position[at] as number) >= first; at = previous[at] as number) {
    if (visible[at] !== 1) return false
  }
  return true
}
