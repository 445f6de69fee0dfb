/** Vectors made up for tests and benches of searching by meaning: the same on every run. */

import { likenessOf, mostAlike } from '../../src/memory/index/codes.ts'
import { toUnitLength } from '../../src/memory/rank/embedder.ts'
import { sentence, wordsFrom } from '../bench/synthetic.ts'

export const dimensions = 384

export interface VectorSet {
  readonly items: readonly Float32Array[]
  readonly questions: readonly Float32Array[]
}

/** Close enough to normally distributed, with a variance of 1. */
function normals(seed: number): () => number {
  let state = seed
  const uniform = () => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3)
}

/**
 * Groups of vectors, each as far from its centre as `spread` says beside the centre's own length; every question is as far from
 * an item. A spread of 0.3 makes the items of a group as like each other as 0.92: there is hardly a nearest.
 */
export function clusteredVectors(
  count: number,
  { groups, spread }: { readonly groups: number; readonly spread: number },
  asked: number,
): VectorSet {
  const normal = normals(groups)
  const beside = (vector: Float32Array, length: number) =>
    toUnitLength(vector.map((value) => value + (length * normal()) / Math.sqrt(dimensions)))
  const centres = Array.from({ length: groups }, () => beside(new Float32Array(dimensions), 1))
  const items = Array.from({ length: count }, (_, n) => beside(centres[n % groups] as Float32Array, spread))
  const questions = Array.from({ length: asked }, (_, n) => beside(items[(n * 7_919) % count] as Float32Array, spread))
  return { items, questions }
}

/** As a model of sentences gives them: each is the sum of its words' vectors, of which some are in very many. */
export function wordedVectors(count: number, asked: number): VectorSet {
  const normal = normals(7)
  const known = new Map<string, Float32Array>()
  const vectorOf = (word: string) => {
    const vector = known.get(word) ?? Float32Array.from({ length: dimensions }, normal)
    known.set(word, vector)
    return vector
  }
  const words = wordsFrom(11)
  const texts = (length: number, wordsEach: number) =>
    Array.from({ length }, () => {
      const sum = new Float32Array(dimensions)
      for (const word of sentence(words, wordsEach).split(' ')) {
        const vector = vectorOf(word)
        for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] as number) + (vector[i] as number)
      }
      return toUnitLength(sum)
    })
  return { items: texts(count, 12), questions: texts(asked, 5) }
}

/** How much of the exact nearest items `choose` finds, over all questions, 0 to 1: of each number of them in `mosts`. */
export function recallsOf(
  mosts: readonly number[],
  { items, questions }: VectorSet,
  choose: (question: Float32Array) => readonly number[],
): readonly number[] {
  const found = mosts.map(() => 0)
  for (const question of questions) {
    const chosen = new Set(choose(question))
    const exact = mostAlike(
      new Map(items.map((item, ordinal) => [ordinal, likenessOf(question, item)])),
      Math.max(...mosts),
    )
    for (const [i, most] of mosts.entries()) {
      found[i] = (found[i] ?? 0) + exact.slice(0, most).filter((ordinal) => chosen.has(ordinal)).length
    }
  }
  return found.map((sum, i) => sum / ((mosts[i] ?? 1) * questions.length))
}
