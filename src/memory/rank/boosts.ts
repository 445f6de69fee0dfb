/** What makes an item count more or less than its words say. Each factor is bounded, named, and shown with the hit. */

import type { OwnerFacts } from '../index/facts.ts'
import { trait, traitValues } from '../text/traits.ts'
import { has, type WeightedTerm } from './fields.ts'
import type { AskedQuestion } from './question.ts'
import type { Recipe } from './recipe.ts'
import { nameParts } from './speaker-names.ts'

export interface Boost {
  readonly name: string
  readonly factor: number
}

export interface Boosts {
  factor(at: number): number
  /** No factor is higher. */
  readonly highest: number
  /** The factors other than 1, for `why`. */
  named(at: number): readonly Boost[]
}

type Rule = readonly [name: string, factor: (at: number) => number]

export function boostsOf(
  facts: OwnerFacts,
  question: AskedQuestion,
  terms: readonly WeightedTerm[],
  recipe: Recipe,
): Boosts {
  const { traits, speaker, occurredAt, createdAt } = facts
  const bySpeaker = facts.speakers.map(({ kind, name }) => {
    const named = nameParts(name).some((part) => question.words.has(part))
    const wanted = question.asksAssistant || question.asksSummary
    const told = kind === 'assistant' && !wanted ? recipe.assistant : 1
    return (named ? recipe.speakerAsked : 1) * (kind === 'document' ? recipe.document : told)
  })
  const rules: Rule[] = [
    ['speaker', (at) => bySpeaker[speaker[at] ?? 0] ?? 1],
    // What a person asks an assistant tells about them; what others ask tells nothing.
    [
      'only_asks',
      (at) => (((traits[at] ?? 0) & trait.asksOnly) !== 0 && facts.kindOf(at) !== 'self' ? recipe.asksOnly : 1),
    ],
    ['standing_wish', (at) => (isWish(facts, at) ? recipe.standingWish : 1)],
  ]
  if (question.asksTime) {
    rules.push(['tells_time', (at) => (((traits[at] ?? 0) & trait.tellsTime) !== 0 ? recipe.tellsTime : 1)])
  }
  if (question.periods.length > 0) {
    rules.push([
      'date',
      (at) => {
        const happened = occurredAt[at] ?? Number.NaN
        const told = Number.isNaN(happened) ? (createdAt[at] ?? 0) : happened
        return question.periods.some(({ from, to }) => told >= from && told < to) ? recipe.dateMatches : 1
      },
    ])
  }
  if (question.quotations.length > 0) {
    rules.push([
      'quoted',
      (at) =>
        question.quotations.some((places) => places.every((place) => has(terms[place], at))) ? 1 + recipe.quoted : 1,
    ])
  }
  const asked = [
    ...(question.asksTime && (facts.traitsSeen & trait.tellsTime) !== 0 ? [recipe.tellsTime] : []),
    ...(question.periods.length > 0 ? [recipe.dateMatches] : []),
    ...(question.quotations.length > 0 ? [1 + recipe.quoted] : []),
  ]
  const product = (at: number) => rules.reduce((factor, [, rule]) => factor * rule(at), 1)
  // Most questions have no rule beyond speaker and traits: those few combinations are multiplied out once.
  const common = rules.filter(([name]) => name !== 'date' && name !== 'quoted')
  const others = rules.slice(common.length)
  const table = new Float64Array(facts.speakers.length * traitValues)
  const known = new Uint8Array(table.length)
  return {
    factor(at) {
      const place = (speaker[at] as number) * traitValues + (traits[at] as number)
      if (known[place] === 0) {
        known[place] = 1
        table[place] = common.reduce((factor, [, rule]) => factor * rule(at), 1)
      }
      return others.length === 0 ? (table[place] as number) : product(at)
    },
    highest:
      bySpeaker.reduce((most, factor) => Math.max(most, factor), 1) *
      [(facts.traitsSeen & trait.standingWish) !== 0 ? recipe.standingWish : 1, ...asked].reduce(
        (most, factor) => most * Math.max(1, factor),
        1,
      ),
    named: (at) => rules.flatMap(([name, rule]) => (rule(at) === 1 ? [] : [{ name, factor: rule(at) }])),
  }
}

/** A wish is the person's own: what an assistant promises or a document demands is none. */
const isWish = (facts: OwnerFacts, at: number): boolean => {
  const kind = facts.kindOf(at)
  return ((facts.traits[at] ?? 0) & trait.standingWish) !== 0 && kind !== 'assistant' && kind !== 'document'
}
