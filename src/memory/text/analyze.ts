/**
 * Text to terms. Called for every write and every question; knows nothing of storage and of ranking.
 * A term is a stem, a number, or one or two characters of a script without spaces.
 */
import { detectLanguage, isStopWord, stem } from './language.ts'
import { languages } from './languages.ts'
import { characterGrams, type Word, words } from './words.ts'

/** Raised when the same text gives other terms or traits than before: an index made by another version is built again. */
export const analyzerVersion = 3

/** Longer words are cut: what is that long is data, and no word of it will be asked for. */
const longestTerm = 64

export interface Analysis {
  /** How often each term occurs. */
  readonly terms: ReadonlyMap<string, number>
  /** The number of terms with repeats, pairs of characters counting once: BM25's document length. */
  readonly length: number
  /** Place in `languages`. */
  readonly language: number
}

/** The terms of a text that is to be found. */
export function analyze(text: string): Analysis {
  const found = words(text)
  const language = detectLanguage(found)
  const kept = withoutStopWords(found, language)
  const terms = new Map<string, number>()
  let length = 0
  const add = (term: string) => terms.set(term, (terms.get(term) ?? 0) + 1)
  for (const word of kept) {
    if (word.unspaced) {
      const { single, pairs } = characterGrams(word.lower)
      for (const term of single) add(term)
      for (const term of pairs) add(term)
      length += Math.max(1, pairs.length)
    } else {
      add(termOf(word, language))
      length += 1
    }
  }
  return { terms, length, language }
}

/** One thing a question asks for: any of `variants` matches it. */
export interface QueryTerm {
  readonly variants: readonly string[]
  readonly word: Word
}

export interface QuestionAnalysis {
  readonly terms: readonly QueryTerm[]
  /** All words, stop words too. */
  readonly words: readonly Word[]
  /** Place in `languages`. */
  readonly language: number
}

/**
 * The terms of a question, without repeats. A word is stemmed in the question's own language and in each of `ownerLanguages`
 * (places in `languages`), so that a German note is found by a German question that looks English.
 */
export function analyzeQuestion(text: string, ownerLanguages: readonly number[]): QuestionAnalysis {
  const found = words(text)
  const language = detectLanguage(found)
  const places = [language, ...ownerLanguages.filter((place) => place !== language)]
  const asked = new Map<string, QueryTerm>()
  const ask = (variants: string[], word: Word) => {
    const key = variants.join(' ')
    if (!asked.has(key)) asked.set(key, { variants, word })
  }
  for (const word of withoutStopWords(found, language)) {
    if (word.unspaced) {
      const { single, pairs } = characterGrams(word.lower)
      for (const term of pairs.length > 0 ? pairs : single) ask([term], word)
    } else {
      ask([...new Set(places.map((place) => termOf(word, place)))], word)
    }
  }
  return { terms: [...asked.values()], words: found, language }
}

/**
 * Stop words go, unless they are names (May, Will), or nothing else is left: `to be or not to be` stays searchable.
 */
function withoutStopWords(found: readonly Word[], language: number): readonly Word[] {
  const kept = found.filter(
    (word, place) =>
      word.unspaced || !isStopWord(word.lower, language) || isNameAmongStopWords(word, found[place + 1], language),
  )
  return kept.length > 0 ? kept : found
}

/** Written with a capital where no sentence begins, or before a number (`May 7`). Not in German, where politeness has capitals. */
function isNameAmongStopWords(word: Word, next: Word | undefined, language: number): boolean {
  if (!/^\p{Lu}\p{Ll}{2,}$/u.test(word.surface) || languages[language]?.code === 'de') return false
  return !word.beginsSentence || (next !== undefined && /^\p{N}/u.test(next.lower))
}

/** Stemmers take time by the square of a word's length, and what is long is not a word: they get no more than can matter. */
const termOf = (word: Word, language: number): string =>
  stem(word.lower.slice(0, 2 * longestTerm), language).slice(0, longestTerm)
