/**
 * Making an owner's index of words anew while it is searched and written: what an engine keeps of it in the owner's row, and what
 * that means. Pure.
 *
 * Items keep their ordinals, so that vectors and passages stay; their words are read anew. Packed postings have two sides, of which
 * one is in use: the other is written portion by portion, and at the end they change places. Where there is nothing to be used
 * meanwhile (an index that is missing, or of words that this program cannot take out again) the side in use is the one that is written.
 */
import { analyzerVersion } from '../text/analyze.ts'

export interface RebuildState {
  readonly key: number
  /** Of the program that read the words of the side in use. */
  readonly analyzer: number
  /** Rises when the side in use is another one, or was completed. Even ones are on one side, odd ones on the other. */
  readonly generation: number
  /** Which is being written, and by which analyzer. */
  readonly next_generation: number
  readonly next_analyzer: number
  /** The memories up to this `seq` have an item; null when all have. */
  readonly filled_to: number | null
  /** The items below it are in what is being written; null when nothing is. */
  readonly rebuilt_to: number | null
  /** 1 while the side that is not in use may hold what is outdated. */
  readonly leftovers: number
}

/** The columns of a `RebuildState`. */
export const rebuildColumns =
  'key, analyzer, generation, next_generation, next_analyzer, filled_to, rebuilt_to, leftovers'

/** Under which number the postings of a generation are kept. */
export const sideOf = (key: number, generation: number): number => (generation % 2 === 0 ? key : -key)

export const sideInUse = ({ key, generation }: Pick<RebuildState, 'key' | 'generation'>): number =>
  sideOf(key, generation)

/** Whether the side in use is itself being written, so that words of some memories are not found yet. */
export const isPartial = (state: Pick<RebuildState, 'rebuilt_to' | 'generation' | 'next_generation'>): boolean =>
  state.rebuilt_to !== null && state.next_generation === state.generation

/** Whether it is read by another program's rules: most words are found, some are not. */
export const isOutdated = ({ analyzer }: Pick<RebuildState, 'analyzer'>): boolean => analyzer !== analyzerVersion

/** Whether it is to be made anew and nobody has begun, or another program has: two must not write one side by two rules. */
export const isToBegin = (state: RebuildState): boolean =>
  state.rebuilt_to === null ? isOutdated(state) : state.next_analyzer !== analyzerVersion

export const isUnfinished = ({ filled_to, rebuilt_to, leftovers }: RebuildState): boolean =>
  filled_to !== null || rebuilt_to !== null || leftovers === 1

/** What one portion does at most, so that requests are answered in between. */
export const portion = { items: 250, terms: 4_096, filled: 1_000, cleared: 1_000 } as const

/** An owner of so few and short memories is read at once. */
export const atOnce = { memories: 256, characters: 65_536 } as const

/** Which generation is in use and which is written where an index is begun anew. */
export function newGenerations(state: RebuildState): { readonly generation: number; readonly next: number } {
  const { generation, leftovers } = state
  if (!isPartial(state) || isOutdated(state)) return { generation, next: generation + 1 }
  // It was being made already: again, on the other side if that is known to be empty.
  const again = generation + (leftovers === 1 ? 0 : 1)
  return { generation: again, next: again }
}
