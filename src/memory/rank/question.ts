/** What a question asks for: its terms with weights, who and when it names, what it quotes. Pure; called by rank. */
import { analyzeQuestion, type QueryTerm } from '../text/analyze.ts'
import { asksAssistant, asksSummary, asksTime } from '../text/traits.ts'
import { characterGrams, type Word } from '../text/words.ts'

export interface Period {
  /** Unix milliseconds, inclusive. */
  readonly from: number
  readonly to: number
}

export interface AskedTerm extends QueryTerm {
  /** A name or a number. */
  readonly name: boolean
}

export interface AskedQuestion {
  readonly terms: readonly AskedTerm[]
  /** All its words in lower case: speakers are looked for in them. */
  readonly words: ReadonlySet<string>
  readonly asksTime: boolean
  readonly asksAssistant: boolean
  readonly asksSummary: boolean
  readonly periods: readonly Period[]
  /** For each quotation of two or more words, the places of its words in `terms`. */
  readonly quotations: readonly (readonly number[])[]
}

const quotation = /["“”«»„]([^"“”«»„]{3,200})["“”«»„]/gu
const dayMs = 86_400_000

/** `ownerLanguages`: places in text/languages. Relative dates are read against `nowMs`. */
export async function readQuestion(
  text: string,
  ownerLanguages: readonly number[],
  nowMs: number,
): Promise<AskedQuestion> {
  const { terms, words, language } = analyzeQuestion(text, ownerLanguages)
  return {
    terms: terms.map((term) => ({ ...term, name: isName(term.word) })),
    words: new Set(words.map(({ lower }) => lower.replace(/'s$/, ''))),
    asksTime: asksTime(text, language),
    asksAssistant: asksAssistant(text, language),
    asksSummary: asksSummary(text, language),
    periods: await periodsIn(text, words, nowMs),
    quotations: quotationsIn(text, terms),
  }
}

/** Every term that postings are needed of. */
export const spellings = (question: AskedQuestion): readonly string[] => [
  ...new Set(question.terms.flatMap(({ variants }) => variants)),
]

/** Written with a capital inside a sentence, or with a digit. The first word of a sentence has a capital anyway. */
const isName = ({ surface, beginsSentence, unspaced }: Word): boolean =>
  !unspaced && ((!beginsSentence && /^\p{Lu}/u.test(surface)) || /\p{N}/u.test(surface))

const dateWord =
  /^(?:\p{N}{1,4}(?:st|nd|rd|th)?|last|next|this|ago|yesterday|today|tomorrow|tonight|recently|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|spring|summer|autumn|fall|winter|christmas)$/u

/** Characters in which dates are looked for: chrono takes time by the square of what it is given. */
const longestDated = 1_000

/**
 * Periods a question names. chrono is asked only when a word looks like a date, and loaded when that first happens: reading
 * costs more than the whole search, and loading more than the rest of a start.
 */
async function periodsIn(text: string, words: readonly Word[], nowMs: number): Promise<Period[]> {
  if (!words.some(({ lower }) => dateWord.test(lower))) return []
  const chrono = await import('chrono-node')
  return chrono.parse(text.slice(0, longestDated), new Date(nowMs)).flatMap((found) => {
    const { start, end } = found
    if (!start.isCertain('month') && !start.isCertain('day') && !start.isCertain('weekday')) return []
    const from = Date.UTC(start.get('year') ?? 0, (start.get('month') ?? 1) - 1, start.get('day') ?? 1)
    if (end) return [{ from, to: end.date().getTime() }]
    if (start.isCertain('day') || start.isCertain('weekday')) return [{ from: from - dayMs, to: from + 2 * dayMs }]
    if (start.isCertain('month')) {
      const year = start.get('year') ?? 0
      const month = (start.get('month') ?? 1) - 1
      return [{ from: Date.UTC(year, month, 1), to: Date.UTC(year, month + 1, 1) }]
    }
    return []
  })
}

function quotationsIn(text: string, terms: readonly QueryTerm[]): number[][] {
  const found: number[][] = []
  for (const [, quoted] of text.matchAll(quotation)) {
    const inside = analyzeQuestion(quoted ?? '', []).terms.flatMap(({ variants, word }) =>
      word.unspaced ? characterGrams(word.lower).pairs : variants,
    )
    const places = terms.flatMap(({ variants }, place) =>
      variants.some((variant) => inside.includes(variant)) ? [place] : [],
    )
    if (places.length > 1) found.push(places)
  }
  return found
}
