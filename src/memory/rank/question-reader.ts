import type { OwnerFacts } from '../index/facts.ts'
import { type AskedQuestion, readQuestion } from './question.ts'

/** In how many of an owner's languages a question is stemmed, the most used first. */
const mostLanguages = 4

/** Reads the question in the owner's languages, and again only where these are others than the last time. */
export function questionReader(query: string, nowMs: number): (facts: OwnerFacts) => Promise<AskedQuestion> {
  let last: { readonly languages: string; readonly question: Promise<AskedQuestion> } | undefined
  return ({ languageItems }) => {
    const languages = languagesOf(languageItems)
    if (last?.languages !== languages.join()) {
      last = { languages: languages.join(), question: readQuestion(query, languages, nowMs) }
    }
    return last.question
  }
}

const languagesOf = (items: readonly (number | undefined)[]): number[] =>
  items
    .flatMap((count, language) => (count === undefined || count === 0 ? [] : [{ language, count }]))
    .sort((left, right) => right.count - left.count)
    .slice(0, mostLanguages)
    .map(({ language }) => language)
