/** Texts to vectors by a model that is configured; optional: without one, search goes by words. */

/** Unit vectors of one model. Adapters live in adapters/models. */
export interface Embedder {
  /** Names the model, its dimensions and what else shapes its vectors: those of another space are made again. */
  readonly space: string
  /** How long a search that begins now waits for its question's vector, in milliseconds; then it goes by words alone. */
  readonly questionBudgetMs: number
  /**
   * A vector of length 1 for each text that is kept, in order. Batches and bounds are the adapter's affair.
   * @throws Fault `unavailable` when the model does not answer in time, answers wrongly, or has just failed repeatedly
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>
  /**
   * The vector of length 1 of what somebody asks: models trained for search read questions and texts differently.
   * @throws Fault `unavailable` as `embed` does, and as soon as `signal` is aborted
   */
  embedQuestion(question: string, signal?: AbortSignal): Promise<Float32Array>
  /** Somebody is there who may soon ask: what has to be loaded begins to be. Returns at once, and never fails. */
  prepare?(): void
}

/** The vector with length 1; one of zeros stays so. */
export function toUnitLength(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  if (squares === 0) return vector
  const length = Math.sqrt(squares)
  return vector.map((value) => value / length)
}

/** What a model wants before a text that is kept and before a question: `passage:`, `query:`. Empty for most. */
export interface Prefixes {
  readonly text: string
  readonly question: string
}

export const noPrefixes: Prefixes = { text: '', question: '' }

/** The text behind the prefix that its model was trained with, one space between. */
export const withPrefix = (prefix: string, text: string): string => (prefix === '' ? text : `${prefix.trim()} ${text}`)
