/** What is stored and what is asked. A memory's text follows from its number, so a process can ask for what another stored. */
import { sentence, wordsFrom } from '../synthetic.ts'

export interface Workload {
  readonly name: string
  readonly words: number
  /** The rank of the most frequent word. */
  readonly first: number
}

/** `short`: what tools send. `frequent`: the same with words that half of all memories have. `long`: messages of a chat. */
export const workloads = {
  short: { name: 'short', words: 12, first: 30 },
  frequent: { name: 'frequent words', words: 12, first: 1 },
  long: { name: 'long', words: 300, first: 30 },
} as const satisfies Record<string, Workload>
export type WorkloadName = keyof typeof workloads

const askedWords = 5

export function textsOf({ words, first }: Workload, seed = 1): (place: number) => string {
  const next = wordsFrom(seed, first)
  return (place) => `${sentence(next, words)} ${place}.`
}

export function questionsOf({ first }: Workload): () => string {
  const next = wordsFrom(7, first)
  return () => `${sentence(next, askedWords)}?`
}

/** How many memories each owner has: one has up to 100,000, the others share the rest. */
export function shares(memories: number): readonly number[] {
  const most = 100_000
  if (memories <= most) return [memories]
  const others = 99
  const each = Math.ceil((memories - most) / others)
  return [most, ...Array.from({ length: others }, (_, at) => Math.max(0, Math.min(each, memories - most - at * each)))]
}
