/** Texts to vectors by a model that is configured; optional: without one, search goes by words. */

/** Unit vectors of one model. Adapters live in adapters/models. */
export interface Embedder {
  /** Names the model and its dimensions: vectors of another space are made again. */
  readonly space: string
  /**
   * A vector of length 1 for each text, in order. Batches and bounds are the adapter's affair.
   * @throws Fault `unavailable` when the model does not answer in time, answers wrongly, or has just failed repeatedly
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>
}

/** The vector with length 1; one of zeros stays so. */
export function toUnitLength(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  if (squares === 0) return vector
  const length = Math.sqrt(squares)
  return vector.map((value) => value / length)
}
