/**
 * The names of those who speak, in a question. They say who is asked, not what: whoever is named seldom says their own name, but
 * those who speak to them do.
 */

import type { OwnerFacts } from '../index/facts.ts'
import type { QueryTerm } from '../text/analyze.ts'
import { normalize, type Word, words } from '../text/words.ts'

/** By what may be seen, as memory/rank/visible keeps it: that is another one once anything of it has changed. */
const namesOf = new WeakMap<Uint8Array, ReadonlySet<string>>()

/**
 * The parts of the names of those who speak in what may be seen, in lower case; a letter alone is none. Names of others would tell
 * an app, by how its question counts, who speaks in memories that it may not read.
 */
export function speakerNames({ speaker, speakers }: OwnerFacts, visible: Uint8Array): ReadonlySet<string> {
  const known = namesOf.get(visible)
  if (known !== undefined) return known
  const speaks = new Uint8Array(speakers.length)
  let silent = speakers.length
  for (let at = 0; at < visible.length && silent > 0; at++) {
    const who = speaker[at] as number
    if (visible[at] !== 1 || speaks[who] === 1) continue
    speaks[who] = 1
    silent -= 1
  }
  const names = new Set(speakers.flatMap(({ name }, place) => (speaks[place] === 1 ? nameParts(name) : [])))
  namesOf.set(visible, names)
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
