/** Memories that nearly say what was just written: reported, never decided upon. Called by operations after a write. */
import { Fault } from '../shared/fault.ts'
import { normalise } from './content.ts'
import type { Caller } from './operation.ts'
import { recall } from './recall.ts'
import type { Memory } from './schema.ts'
import type { MemoryServices } from './services.ts'

/** From here on two texts differ by a word or two. */
const nearlyTheSame = 0.7
const candidates = 5
/** A text is looked for by its beginning: every word of a long one would cost more than the write. */
const askedCharacters = 300
/** What nearly says the same has most of the rare words; the frequent ones cost most and tell least. */
const rarestWords = 8
const mostReported = 3
/** Longer texts are compared by their beginnings. */
const comparedCharacters = 2_000

export interface NearDuplicate {
  readonly memory: Memory
  /** 0 to 1. */
  readonly likeness: number
}

/**
 * Those among the best hits for the text itself that resemble it, the most alike first; none for an app that may not read. By words
 * alone, since they are what is compared: a write never waits for the model, which may have to be loaded first.
 */
export async function nearDuplicates(
  { store, index }: Pick<MemoryServices, 'store' | 'index'>,
  caller: Caller,
  written: Memory,
): Promise<readonly NearDuplicate[]> {
  const query = written.content.slice(0, askedCharacters)
  try {
    const hits = await recall({ store, index, embedder: undefined }, caller, {
      query,
      limit: candidates,
      rarestWords,
      unlogged: true,
    })
    const toIt = likenessTo(written.content)
    return hits
      .filter(({ memory }) => memory.id !== written.id && memory.id !== written.supersedes)
      .map(({ memory }) => ({ memory, likeness: toIt(memory.content) }))
      .filter((near) => near.likeness >= nearlyTheSame)
      .toSorted((a, b) => b.likeness - a.likeness)
      .slice(0, mostReported)
  } catch (error) {
    if (error instanceof Fault && error.kind === 'forbidden') return []
    throw error
  }
}

/** How alike others are to a text, 0 to 1: the Dice coefficient of their three-character shingles, which needs no language's words. */
export function likenessTo(text: string): (other: string) => number {
  const its = shinglesOf(text)
  return (other) => dice(shinglesOf(other), its)
}

interface Shingles {
  readonly text: string
  readonly shingles: ReadonlySet<string>
}

function dice(left: Shingles, right: Shingles): number {
  const [a, b] = [left.shingles, right.shingles]
  if (a.size === 0 || b.size === 0) return left.text === right.text ? 1 : 0
  let shared = 0
  for (const shingle of a) if (b.has(shingle)) shared++
  return (2 * shared) / (a.size + b.size)
}

function shinglesOf(content: string): Shingles {
  const text = normalise(content).toLowerCase().slice(0, comparedCharacters)
  const shingles = new Set<string>()
  for (let at = 2; at < text.length; at++) shingles.add(text.slice(at - 2, at + 1))
  return { text, shingles }
}
