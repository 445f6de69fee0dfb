/**
 * The names of an owner's speakers in a question. They say who is asked, not what: whoever is named seldom says their own name, but
 * those who speak to them do.
 */
import type { QueryTerm } from '../text/analyze.ts'
import { normalize, type Word, words } from '../text/words.ts'
import type { OwnerFacts } from './facts.ts'

interface KeptNames {
  /** Of how many speakers. Speakers are only ever added. */
  readonly speakers: number
  readonly names: ReadonlySet<string>
}

const namesOf = new WeakMap<OwnerFacts, KeptNames>()

/** The parts of the speakers' names, in lower case; a letter alone is none. */
export function speakerNames(facts: OwnerFacts): ReadonlySet<string> {
  const { speakers } = facts
  const known = namesOf.get(facts)
  if (known?.speakers === speakers.length) return known.names
  const names = new Set(speakers.flatMap(({ name }) => nameParts(name)))
  namesOf.set(facts, { speakers: speakers.length, names })
  return names
}

export const nameParts = (name: string | undefined): readonly string[] =>
  name
    ?.toLowerCase()
    .split(/\s+/u)
    .filter((part) => part.length > 1) ?? []

/** A word without the ending of a possessive. */
export const unowned = (lower: string): string => lower.replace(/'s$/, '')

/** The question without these names; undefined where it has none of them, or asks of nothing else. */
export function withoutNames(
  question: string,
  terms: readonly QueryTerm[],
  names: ReadonlySet<string>,
): string | undefined {
  const isName = ({ lower }: Word) => names.has(unowned(lower))
  if (names.size === 0 || terms.every(({ word }) => isName(word))) return undefined
  const text = normalize(question)
  const named = words(text).filter(isName)
  if (named.length === 0) return undefined
  let rest = ''
  let end = 0
  for (const { index, surface } of named) {
    rest += text.slice(end, index)
    end = index + surface.length
  }
  return (rest + text.slice(end))
    .replace(/\s+/gu, ' ')
    .replace(/ (?=[?!.,;:])/gu, '')
    .replace(/^[ ,;:]+/u, '')
    .trim()
}
