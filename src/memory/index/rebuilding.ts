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

/** What of it an engine writes. */
export const rebuildFields = [
  ...(['analyzer', 'generation', 'next_generation', 'next_analyzer'] as const),
  ...(['filled_to', 'rebuilt_to', 'leftovers'] as const),
] as const satisfies readonly (keyof RebuildState)[]

export type RebuildFields = Pick<RebuildState, (typeof rebuildFields)[number]>

/** The columns of a `RebuildState`. */
export const rebuildColumns = ['key', ...rebuildFields].join(', ')

/** Under which number the postings of a generation are kept. */
const sideOf = (key: number, generation: number): number => (generation % 2 === 0 ? key : -key)

export const sideInUse = ({ key, generation }: Pick<RebuildState, 'key' | 'generation'>): number =>
  sideOf(key, generation)

/** Whether the side in use is itself being written, so that words of some memories are not found yet. */
export const isPartial = (state: Pick<RebuildState, 'rebuilt_to' | 'generation' | 'next_generation'>): boolean =>
  state.rebuilt_to !== null && state.next_generation === state.generation

/** Whether it is read by another program's rules: most words are found, some are not. */
const isOutdated = ({ analyzer }: Pick<RebuildState, 'analyzer'>): boolean => analyzer !== analyzerVersion

/** Whether it is to be made anew and nobody has begun, or another program has: two must not write one side by two rules. */
export const isToBegin = (state: RebuildState): boolean =>
  state.rebuilt_to === null ? isOutdated(state) : state.next_analyzer !== analyzerVersion

export const isUnfinished = ({ filled_to, rebuilt_to, leftovers }: RebuildFields): boolean =>
  filled_to !== null || rebuilt_to !== null || leftovers === 1

/** Whether words that memories have may not be found, which a search says. */
export const isIncomplete = (state: RebuildState): boolean => isPartial(state) || isOutdated(state)

/** The sides in which an item's words may be. */
export const sidesInUse = ({ key, generation, next_generation, rebuilt_to }: RebuildState): ReadonlySet<number> =>
  new Set([sideOf(key, generation), sideOf(key, rebuilt_to === null ? generation : next_generation)])

/** What one portion does at most, so that requests are answered in between. */
export const portionLimits = { items: 250, terms: 4_096, filled: 1_000, cleared: 1_000 } as const

/** An owner of so few and short memories is read at once. */
export const atOnce = { memories: 256, characters: 65_536 } as const

/** Whether an owner has so little that its index is made while a request waits. `of`: up to `atOnce.memories + 1` memories. */
export const isShort = (of: { readonly memories: number; readonly characters: number }): boolean =>
  of.memories <= atOnce.memories && of.characters <= atOnce.characters

/** Whether a search has nothing to wait for, however little the owner has: nobody has to begin, and all words are in use by our rules. */
export const isSettled = (state: RebuildState): boolean => !isToBegin(state) && !isIncomplete(state)

/** How an index begins whose owner has memories already: of nothing yet, and its side in use is the one that is written. */
export const unread: RebuildFields = {
  ...{ analyzer: analyzerVersion, generation: 0, next_generation: 0, next_analyzer: analyzerVersion },
  ...{ filled_to: 0, rebuilt_to: 0, leftovers: 0 },
}

/** How an index begins whose owner has none. */
export const empty: RebuildFields = { ...unread, filled_to: null, rebuilt_to: null }

/**
 * Begun anew; what there is stays in use. One that was being made already begins again, on the other side if that is empty. The
 * engine packs the tail before, so that its words are in the side in use.
 */
export const begun = (state: RebuildState): RebuildState => ({
  ...state,
  ...newGenerations(state),
  ...{ rebuilt_to: 0, next_analyzer: analyzerVersion, leftovers: 1 },
  // Another program that was making it has written by its own rules what came meanwhile, and that is in use.
  analyzer: state.rebuilt_to === null || !isToBegin(state) ? state.analyzer : state.next_analyzer,
})

/** Begun anew, and which memories are in it is seen to again. */
export const renewed = (state: RebuildState): RebuildState => ({ ...begun(state), filled_to: 0 })

/** Which generation is in use and which is written where an index is begun anew. */
function newGenerations(state: RebuildState): Pick<RebuildState, 'generation' | 'next_generation'> {
  const { generation, leftovers } = state
  if (!isPartial(state) || isOutdated(state)) return { generation, next_generation: generation + 1 }
  // It was being made already: again, on the other side if that is known to be empty.
  const again = generation + (leftovers === 1 ? 0 : 1)
  return { generation: again, next_generation: again }
}

/**
 * What of a state that was begun this program can take a text out of, and the sides that are cleared for it: postings of another
 * analyzer, whose words for the text are not known, and what is left of an earlier side.
 */
export function onlyReadable(state: RebuildState): {
  readonly state: RebuildState
  readonly cleared: readonly number[]
} {
  const { key, generation, leftovers, next_generation } = state
  const other = leftovers === 1 ? [sideOf(key, generation + 1)] : []
  const kept = { ...state, leftovers: 0 }
  if (!isOutdated(state)) return { state: kept, cleared: other }
  return {
    state: { ...kept, analyzer: analyzerVersion, generation: next_generation },
    cleared: [...other, sideInUse(state)],
  }
}

/** What is to be done next. */
export type Portion =
  | { readonly kind: 'clear'; readonly side: number }
  | { readonly kind: 'fill'; readonly after: number }
  | { readonly kind: 'read'; readonly from: number; readonly side: number }

/** Undefined where nothing is left to do. */
export function nextPortion({
  key,
  generation,
  next_generation,
  filled_to,
  rebuilt_to,
  leftovers,
}: RebuildState): Portion | undefined {
  if (leftovers === 1) return { kind: 'clear', side: sideOf(key, generation + 1) }
  if (filled_to !== null) return { kind: 'fill', after: filled_to }
  if (rebuilt_to !== null) return { kind: 'read', from: rebuilt_to, side: sideOf(key, next_generation) }
  return undefined
}

/** Some postings of the side that is not in use are gone. */
export const afterClear = (state: RebuildState, isEmpty: boolean): RebuildState =>
  isEmpty ? { ...state, leftovers: 0 } : state

/** The next memories, up to `portionLimits.filled`, have items. `seqs`: theirs, ascending. */
export const afterFill = (state: RebuildState, seqs: readonly number[]): RebuildState => ({
  ...state,
  filled_to: seqs.length < portionLimits.filled ? null : (seqs.at(-1) ?? null),
})

/** The words of the items below `to` are in the side that is written. */
export const afterRead = (state: RebuildState, { to, isLast }: { to: number; isLast: boolean }): RebuildState =>
  isLast ? finished(state) : { ...state, rebuilt_to: to }

/** The sides change places; one that was in use already stays on its own and is a later generation, so that nothing kept of it is used. */
function finished(state: RebuildState): RebuildState {
  const { generation, next_generation, next_analyzer } = state
  const swaps = next_generation !== generation
  return {
    ...state,
    ...{ rebuilt_to: null, analyzer: next_analyzer },
    ...{ generation: generation + (swaps ? 1 : 2), leftovers: swaps ? 1 : 0 },
  }
}
