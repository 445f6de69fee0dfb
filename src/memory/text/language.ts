import { memoized } from '../../shared/memoized.ts'
import { type Language, languages, type Script } from './languages.ts'
import type { Word } from './words.ts'

/** Which languages list a word as a stop word: bit i for `languages[i]`. */
let stopWords: ReadonlyMap<string, number> | undefined
/** Gathered by the first text: a start does not wait for some thousands of words. */
function stopWordOf(lower: string): number {
  stopWords ??= gatherStopWords()
  return stopWords.get(lower) ?? 0
}

function gatherStopWords(): ReadonlyMap<string, number> {
  const gathered = new Map<string, number>()
  languages.forEach((language, place) => {
    for (const word of language.stopWords) {
      const lower = word.toLowerCase()
      gathered.set(lower, (gathered.get(lower) ?? 0) | (1 << place))
    }
  })
  return gathered
}

const scripts: readonly (readonly [Script, RegExp])[] = [
  ['latin', /^\P{L}*\p{Script=Latin}/u],
  ['cyrillic', /^\P{L}*\p{Script=Cyrillic}/u],
  ['greek', /^\P{L}*\p{Script=Greek}/u],
  ['arabic', /^\P{L}*\p{Script=Arabic}/u],
  ['armenian', /^\P{L}*\p{Script=Armenian}/u],
  ['devanagari', /^\P{L}*\p{Script=Devanagari}/u],
  ['tamil', /^\P{L}*\p{Script=Tamil}/u],
]
const defaultOf = new Map(scripts.map(([script]) => [script, languages.findIndex((one) => one.script === script)]))

/** The script of a word's first letter; undefined for numbers and for scripts without a stemmer. */
function scriptOf(word: string): Script | undefined {
  const code = word.charCodeAt(0)
  if (code >= 97 && code <= 122) return 'latin'
  return scripts.find(([, pattern]) => pattern.test(word))?.[0]
}

export const isStopWord = (lower: string, place: number): boolean => (stopWordOf(lower) & (1 << place)) !== 0

/**
 * The place in `languages` of the language whose stop words a text uses most; without any, the first of its script.
 * Wrong guesses on very short texts are harmless: a question is stemmed in every language that its owner's texts have.
 */
export function detectLanguage(found: readonly Word[]): number {
  const votes = new Int32Array(languages.length)
  let most = 0
  for (const word of found) {
    // One language after the other that has it: bits are taken from the lowest on.
    for (let bits = word.unspaced ? 0 : stopWordOf(word.lower); bits !== 0; bits &= bits - 1) {
      const place = 31 - Math.clz32(bits & -bits)
      const count = (votes[place] ?? 0) + 1
      votes[place] = count
      most = Math.max(most, count)
    }
  }
  if (most > 0) return votes.indexOf(most)
  for (const word of found) {
    const script = word.unspaced ? undefined : scriptOf(word.lower)
    if (script !== undefined) return defaultOf.get(script) ?? 0
  }
  return 0
}

const marks = /\p{Mn}+/gu
/** What holds a digit is a name (`jinja2`), not a word with endings. */
const digit = /\p{N}/u
const ascii = /^[\p{ASCII}]*$/u

/** The stem of a lower-case word in `languages[place]`; a word of another script keeps its form. Accents are dropped last. */
export function stem(lower: string, place: number): string {
  return stemmers[place]?.(lower) ?? lower
}

const stemmers = languages.map((language) => memoized(20_000, (lower) => stemIn(language, lower)))

function stemIn({ script: written, stem: stemmed }: Language, lower: string): string {
  const script = scriptOf(lower)
  const bare = script === written && !digit.test(lower) ? stemmed(lower).replace(/'s?$/, '') : lower
  const accented = (script === 'latin' || script === 'greek') && !ascii.test(bare)
  return (accented ? bare.normalize('NFD').replace(marks, '') : bare) || lower
}
