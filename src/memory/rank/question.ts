/** What a question asks for: its terms with weights, who and when it names, what it quotes. Pure; called by rank. */

import type { PackedPostings } from '../index/postings.ts'
import { analyzeQuestion, type QueryTerm } from '../text/analyze.ts'
import { commonWords } from '../text/common-words.ts'
import { asksAssistant, asksSummary, asksTime, isSaying } from '../text/traits.ts'
import { characterGrams, type Word } from '../text/words.ts'
import { type EventTime, eventTimeIn } from './event-times.ts'
import { type Period, periodsIn } from './periods.ts'
import { unowned } from './speaker-names.ts'

interface AskedTerm extends QueryTerm {
  /** A name or a number. */
  readonly name: boolean
  /** It says that something was said, not what. */
  readonly saying: boolean
  /** It says little in any text of its language. */
  readonly common: boolean
}

export interface AskedQuestion {
  readonly terms: readonly AskedTerm[]
  /** All its words in lower case: speakers are looked for in them. */
  readonly words: ReadonlySet<string>
  readonly asksTime: boolean
  readonly asksAssistant: boolean
  readonly asksSummary: boolean
  readonly periods: readonly Period[]
  /** A time that it tells from an event: what it asks for besides, and the event as a question of its own. */
  readonly eventTime?: EventTime & { readonly asked: AskedQuestion }
  /** For each quotation of two or more words, the places of its words in `terms`. */
  readonly quotations: readonly (readonly number[])[]
}

const quotation = /["“”«»„]([^"“”«»„]{3,200})["“”«»„]/gu

/** The first of a question's quotations count. */
const mostQuotations = 16

/** `ownerLanguages`: places in text/languages. Relative dates are read against `nowMs`. */
export async function readQuestion(
  text: string,
  ownerLanguages: readonly number[],
  nowMs: number,
): Promise<AskedQuestion> {
  const eventTime = await eventTimeIn(text)
  if (eventTime === undefined) return await readWords(text, text, ownerLanguages, nowMs)
  const { event, rest } = eventTime
  const [question, asked] = await Promise.all([
    readWords(text, rest, ownerLanguages, nowMs),
    readWords(event, event, ownerLanguages, nowMs),
  ])
  return { ...question, eventTime: { ...eventTime, asked } }
}

/** `dated`: where dates are looked for. */
async function readWords(
  text: string,
  dated: string,
  ownerLanguages: readonly number[],
  nowMs: number,
): Promise<AskedQuestion> {
  const { terms, words, language } = analyzeQuestion(text, ownerLanguages)
  const common = await commonWords(language)
  return {
    terms: terms.map((term) => {
      const name = isName(term.word)
      const { lower } = term.word
      return { ...term, name, saying: isSaying(lower, language), common: !name && common.has(lower) }
    }),
    words: new Set(words.map(({ lower }) => unowned(lower))),
    asksTime: asksTime(text, language),
    asksAssistant: asksAssistant(text, language),
    asksSummary: asksSummary(text, language),
    periods: await periodsIn(dated, words, nowMs),
    quotations: quotationsIn(text, terms),
  }
}

/** Every term that postings are needed of. */
export const spellings = (question: AskedQuestion): readonly string[] => [
  ...new Set([...question.terms, ...(question.eventTime?.asked.terms ?? [])].flatMap(({ variants }) => variants)),
]

/** The question by those of its terms that fewest items have, by the bytes of their postings; quotations need all terms, and go. */
export function rarestTerms(question: AskedQuestion, packed: PackedPostings, count: number): AskedQuestion {
  if (question.terms.length <= count) return question
  const bytesOf = ({ variants }: AskedTerm): number =>
    variants.reduce((sum, variant) => (packed.get(variant) ?? []).reduce((all, { data }) => all + data.length, sum), 0)
  const sized = question.terms.map((term) => ({ term, bytes: bytesOf(term) })).filter(({ bytes }) => bytes > 0)
  const rarest = sized.sort((left, right) => left.bytes - right.bytes).slice(0, count)
  return { ...question, terms: rarest.map(({ term }) => term), quotations: [] }
}

/** Written with a capital inside a sentence, or with a digit. The first word of a sentence has a capital anyway. */
const isName = ({ surface, beginsSentence, unspaced }: Word): boolean =>
  !unspaced && ((!beginsSentence && /^\p{Lu}/u.test(surface)) || /\p{N}/u.test(surface))

function quotationsIn(text: string, terms: readonly QueryTerm[]): number[][] {
  const found: number[][] = []
  // Each is compared with each term.
  for (const [, quoted] of text.matchAll(quotation).take(mostQuotations)) {
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
