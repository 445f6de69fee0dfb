import { cues } from './cues.ts'
import { languages } from './languages.ts'
import { normalize } from './words.ts'

/** What a text is for, as bits kept with its place in the index. */
export const trait = {
  /** Every sentence asks: it holds no answer. */
  asksOnly: 1,
  /** It says what should hold from now on. */
  standingWish: 2,
  /** It says when. */
  tellsTime: 4,
  /** It tells what to do from now on: a sentence begins with `always`, `never`, `from now on`. */
  instruction: 8,
} as const

/** Traits are four bits. */
export const traitValues = 16

const wordEdge = (phrases: readonly string[]): RegExp => {
  const escaped = phrases.map((phrase) => phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'u')
}

const sentenceBegins = (phrases: readonly string[], before: readonly string[]): RegExp =>
  new RegExp(`(?:^|[.!?;:\\n]\\s*)(?:(?:${before.join('|')})[ ,]+)?(?:${phrases.join('|')})(?![\\p{L}\\p{N}])`, 'u')

const patterns = new Map(
  Object.entries(cues).map(([code, { standingWish, tellsTime, asksTime, asksAssistant, ...others }]) => [
    code,
    {
      standingWish: wordEdge(standingWish),
      tellsTime: wordEdge(tellsTime),
      asksTime: wordEdge(asksTime),
      asksAssistant: wordEdge(asksAssistant),
      asksSummary: wordEdge(others.asksSummary),
      saying: new Set(others.saying),
      instruction: sentenceBegins(others.instruction, others.please),
    },
  ]),
)
const patternsOf = (language: number) => patterns.get(languages[language]?.code ?? '')

const yearOrDate = /(?<!\p{N})(?:19|20)\p{N}{2}(?!\p{N})|\p{N}{1,2}[/.]\p{N}{1,2}[/.]|[年月日]/u
const sentence = /[^.!?。！？\n]+[.!?。！？]*/gu
/** Characters. Longer texts hold more than a question or an instruction: one sentence of theirs does not tell. */
const shortText = 600

/** The traits of a text in `languages[language]`. */
export function traitsOf(text: string, language: number): number {
  const lower = normalize(text).toLowerCase()
  const known = patternsOf(language)
  let traits = 0
  if (asksOnly(lower)) traits |= trait.asksOnly
  if (known?.standingWish.test(lower) === true) traits |= trait.standingWish
  if (known?.tellsTime.test(lower) === true || yearOrDate.test(lower)) traits |= trait.tellsTime
  if (lower.length <= shortText && known?.instruction.test(lower) === true) traits |= trait.instruction
  return traits
}

/** Whether a question asks for a time. */
export const asksTime = (question: string, language: number): boolean =>
  patternsOf(language)?.asksTime.test(normalize(question).toLowerCase()) === true

/** Whether a question asks what an assistant said. */
export const asksAssistant = (question: string, language: number): boolean =>
  patternsOf(language)?.asksAssistant.test(normalize(question).toLowerCase()) === true

/** Whether a question asks for all that was said of something. */
export const asksSummary = (question: string, language: number): boolean =>
  patternsOf(language)?.asksSummary.test(normalize(question).toLowerCase()) === true

/** Whether a lower-case word of a question says that something was said: `mentioned`, `conversation`. */
export const isSaying = (lower: string, language: number): boolean => patternsOf(language)?.saying.has(lower) === true

function asksOnly(lower: string): boolean {
  if (lower.length > shortText || !/[?？؟]/u.test(lower)) return false
  const sentences = (lower.match(sentence) ?? []).map((one) => one.trim()).filter((one) => /[\p{L}\p{N}]{2}/u.test(one))
  const asking = sentences.filter((one) => /[?？؟]$/u.test(one))
  return asking.length > 0 && sentences.every((one) => asking.includes(one) || one.split(' ').length <= 3)
}
