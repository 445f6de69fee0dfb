/**
 * Entities that a memory is linked to though its text does not name them (`My sister works there since then.`, given with `Aquarium`):
 * which of a question's words may name one, and what being linked to it counts. What a text names is found by its words.
 */
import { entityKey } from '../graph/knowledge.ts'
import type { OwnerFacts } from '../index/facts.ts'
import type { Linked } from '../index/ports.ts'
import type { QueryTerm } from '../text/analyze.ts'
import { detectLanguage, isStopWord } from '../text/language.ts'
import { normalize, type Word, words } from '../text/words.ts'
import { has, type WeightedTerm } from './fields.ts'
import { rarity } from './gains.ts'
import { type Recipe, reach } from './recipe.ts'
import { unowned } from './speaker-names.ts'

/** So many names a question may be asking for. */
const mostKeys = 80
/** A name has up to so many words. */
const mostWords = 4
/** In scripts that put nothing between words a name has up to so many characters. */
const mostCharacters = 6

/** So many entities of a question count for one item, those that add most: naming many does not make it an answer to everything. */
const mostEntities = 2

export interface LinkedScore {
  /** In the units of scores by words. */
  readonly score: number
  /** The keys of the entities that it is for. */
  readonly entities: readonly string[]
}

/** The keys of entities that a question may name, single words first; none of stop words alone. */
export function entityKeysIn(question: string): readonly string[] {
  const text = normalize(question)
  const found = words(text)
  const language = detectLanguage(found)
  const says = ({ unspaced, lower, surface, beginsSentence }: Word) =>
    unspaced || !isStopWord(lower, language) || (!beginsSentence && /^\p{Lu}/u.test(surface))
  const saying = found.map(says)
  const keys = new Set<string>()
  const add = (name: string) => {
    if (keys.size < mostKeys) keys.add(entityKey(name))
  }
  for (let count = 1; count <= mostWords && keys.size < mostKeys; count++) {
    for (let from = 0; from + count <= found.length && keys.size < mostKeys; from++) {
      const [first, last] = [found[from], found[from + count - 1]]
      // A name may begin with an article, and ends with none.
      if (first === undefined || last === undefined || saying[from + count - 1] !== true) continue
      const end = last.index + last.surface.length
      // C++, C#: what ends such a name is no part of the word.
      const name = text.slice(first.index, end) + (/^[+#]+/.exec(text.slice(end, end + 2))?.[0] ?? '')
      add(name)
      add(unowned(name.toLowerCase()))
    }
  }
  for (const { unspaced, surface } of found) {
    const characters = unspaced ? [...surface] : []
    for (let count = 2; count <= mostCharacters && keys.size < mostKeys; count++) {
      for (let from = 0; from + count <= characters.length && keys.size < mostKeys; from++) {
        add(characters.slice(from, from + count).join(''))
      }
    }
  }
  return [...keys]
}

/**
 * What each linked item gets besides its score by words, by ordinal. A word of the entity's name that its text does not have counts
 * as `recipe.entity` of what it adds where it stands once, in an item, surroundings and a thread of average length, and is as rare
 * as all are together that have it or are linked. Items that may not be seen are not there.
 */
export function linkedScores(
  facts: OwnerFacts,
  asked: readonly QueryTerm[],
  terms: readonly WeightedTerm[],
  linked: Linked | undefined,
  visible: Uint8Array,
  recipe: Recipe,
): ReadonlyMap<number, LinkedScore> {
  const scores = new Map<number, LinkedScore>()
  if (linked === undefined || linked.size === 0) return scores
  const entities = [...linked].map(([key, ordinals]) => ({ key, ordinals, places: placesOf(key, asked) }))
  // Always in the same order: sums of floats in another differ in their last digits.
  entities.sort((left, right) => (left.key < right.key ? -1 : 1))
  const keysOf = new Map<number, (typeof entities)[number][]>()
  const lacking = asked.map(() => new Set<number>())
  for (const entity of entities) {
    for (const at of entity.ordinals) {
      const places = visible[at] === 1 ? entity.places.filter((place) => !has(terms[place], at)) : []
      if (places.length === 0) continue
      for (const place of places) lacking[place]?.add(at)
      const known = keysOf.get(at)
      if (known === undefined) keysOf.set(at, [{ ...entity, places }])
      else known.push({ ...entity, places })
    }
  }
  const gains = terms.map(({ weight, postings }, place) =>
    gainsOf(facts, recipe, weight, postings.count + (lacking[place]?.size ?? 0)),
  )
  for (const [at, its] of keysOf) {
    const kind = facts.alone[at] === 1 ? 'alone' : 'amongOthers'
    const gainOf = (places: Iterable<number>) =>
      [...places].reduce((sum, place) => sum + (gains[place]?.[kind] ?? 0), 0)
    const best = its.sort((left, right) => gainOf(right.places) - gainOf(left.places)).slice(0, mostEntities)
    const score = gainOf(new Set(best.flatMap(({ places }) => places)))
    if (score > 0) scores.set(at, { score, entities: best.map(({ key }) => key) })
  }
  return scores
}

/** BM25 of a term that stands once, where lengths are the average: the saturation cancels out and rarity is left. */
function gainsOf(
  { items, threads }: OwnerFacts,
  { entity, item, context, thread }: Recipe,
  weight: number,
  having: number,
) {
  const around = (touched: number) =>
    entity *
    weight *
    (item * rarity(items, having) +
      context * rarity(items, Math.min(items, touched)) +
      thread * rarity(threads, Math.min(threads, having)))
  return { alone: around(having), amongOthers: around((1 + 2 * reach) * having) }
}

/** The places in the question's terms of the words of a name. */
function placesOf(key: string, asked: readonly QueryTerm[]): readonly number[] {
  const named = words(key)
  const whole = new Set(named.map(({ lower }) => unowned(lower)))
  return asked.flatMap(({ variants, word }, place) => {
    const isOf = word.unspaced
      ? named.some(({ unspaced, lower }) => unspaced && lower.includes(variants[0] ?? lower))
      : whole.has(unowned(word.lower))
    return isOf ? [place] : []
  })
}
