/** The job that gives items and passages their vectors, some at a time. Any number of processes may run it. */
import type { Clock } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import type { EmbeddingFailure } from '../../shared/metrics.ts'
import type { VectorIndex } from '../index/ports.ts'
import type { Embedder } from '../rank/embedder.ts'
import { leaseMs, whileLeased } from './while-leased.ts'

export interface EmbedItems {
  readonly vectors: VectorIndex
  readonly embedder: Embedder
  readonly clock: Clock
  /** Told when the model did not answer (1), and how many texts and passages it refused. An error of ours is neither. */
  readonly onFailure?: (reason: EmbeddingFailure, count: number) => void
}

const itemsAtOnce = 64
/** How long an owner waits after the model failed on their items. */
const restMs = 15_000

/**
 * Embeds the next items. Returns how many, 0 when none wait.
 * @throws Fault `unavailable` when the model does not answer; what it was to embed waits
 */
export async function embedItems(
  { vectors, embedder, clock, onFailure }: EmbedItems,
  signal?: AbortSignal,
): Promise<number> {
  const claim = await vectors.claim(embedder.space, itemsAtOnce, clock.now(), leaseMs)
  if (claim === undefined) return 0
  const tellFailure = (error: unknown): never => {
    if (error instanceof Fault && signal?.aborted !== true) onFailure?.('unavailable', 1)
    throw error
  }
  try {
    const { items } = claim
    const texts = [...items.map(({ text }) => text), ...items.map(({ passage }) => passage)]
    const wanted = texts.filter((text) => text !== undefined)
    const embedded =
      wanted.length === 0
        ? []
        : await whileLeased(
            () => vectors.extend(claim, clock.now(), leaseMs),
            () => embedTexts(embedder, wanted, signal).catch(tellFailure),
          )
    let next = 0
    const made = texts.map((text) => (text === undefined ? undefined : embedded[next++]))
    await vectors.keep(claim, made.slice(0, items.length), made.slice(items.length))
    const refused = embedded.filter((vector) => vector === undefined).length
    if (refused > 0) onFailure?.('refused', refused)
  } catch (error) {
    // Who is told to stop did not fail: the next process may go on at once.
    await vectors.release(claim, clock.now() + (signal?.aborted === true ? 0 : restMs))
    throw error
  }
  return claim.items.length
}

/** All at once; where that fails though the model works, one by one, so that one text it cannot take does not stop the rest. */
async function embedTexts(
  embedder: Embedder,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly (Float32Array | undefined)[]> {
  try {
    return await embedder.embed(texts, signal)
  } catch (error) {
    if (signal?.aborted === true || !(error instanceof Fault)) throw error
    // Throws when the model is down: then nothing is given up.
    await embedder.embed(['Is anybody there?'], signal)
  }
  const vectors: (Float32Array | undefined)[] = []
  for (const text of texts) {
    const only = await embedder.embed([text], signal).catch((error: unknown) => {
      if (error instanceof Fault && error.code !== 'model_resting' && signal?.aborted !== true) return []
      throw error
    })
    vectors.push(only[0])
  }
  return vectors
}
