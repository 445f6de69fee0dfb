/**
 * What a memory is about, put together from what its writer said, what rules find in the text and what a model derived.
 * Pure, and called by every engine in the memory's own transaction, so that all of them know the same.
 */
import { entitiesIn } from '../extract/rules.ts'
import type { Memory } from '../schema.ts'
import type { MemoryText } from './ports.ts'
import {
  type Annotations,
  type Extraction,
  type GivenEntity,
  type GivenRelation,
  graphLimits,
  type Knowledge,
  type Mention,
  noAnnotations,
  type Origin,
  type Relation,
} from './schema.ts'

/** Rises whenever the same text would give other entities: what was derived by another version is derived anew. */
export const knowledgeVersion = 1

/** A text as names are looked for in it: whatever its case, its accents' composition and its spacing. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ')

/** Two names that differ in case, accents' composition or spacing are one entity. */
export const entityKey = (name: string): string => folded(name).trim().slice(0, graphLimits.nameCharacters)

const predicateOf = (text: string): string =>
  entityKey(text).replaceAll(' ', '_').slice(0, graphLimits.predicateCharacters)

type Said = Pick<Memory, 'content' | 'speaker' | 'annotations'>

/** Of one entity the first source counts: the writer, then the model, then rules. */
export function knowledgeOf(memory: Said, extraction?: Derived): Knowledge {
  const { mentions, relations, add } = gathered(memory, extraction)
  if (memory.speaker.name !== undefined) {
    add('rule', { name: memory.speaker.name, kind: memory.speaker.kind === 'other' ? 'person' : 'other' })
  }
  for (const entity of entitiesIn(memory.content)) add('rule', entity)
  return { mentions: [...mentions.values()], relations: [...relations.values()] }
}

type Derived = Omit<Extraction, 'facts'>

/** What its writer and a model said, and how to add to it. */
function gathered({ annotations }: Pick<Said, 'annotations'>, extraction: Derived | undefined) {
  const mentions = new Map<string, Mention>()
  const relations = new Map<string, Relation>()
  const add = (origin: Origin, { name, kind = 'other' }: GivenEntity): string | undefined => {
    const key = entityKey(name)
    const known = mentions.get(key)
    if (key === '' || (known === undefined && mentions.size >= graphLimits.entities)) return undefined
    if (known === undefined) mentions.set(key, { key, name: name.trim(), kind, origin })
    else if (known.kind === 'other' && kind !== 'other') mentions.set(key, { ...known, kind })
    return key
  }
  const relate = (origin: Origin, given: GivenRelation) => {
    if (relations.size >= graphLimits.relations) return
    const predicate = predicateOf(given.predicate)
    const [subject, object] = [add(origin, { name: given.subject }), add(origin, { name: given.object })]
    if (subject === undefined || object === undefined || predicate === '') return
    const id = JSON.stringify([subject, predicate, object])
    if (!relations.has(id)) relations.set(id, { subject, predicate, object, origin })
  }
  const sources: readonly (readonly [Origin, Annotations])[] = [
    ['given', annotations],
    ['model', extraction ?? noAnnotations],
  ]
  for (const [origin, { entities, relations: related }] of sources) {
    for (const entity of entities) add(origin, entity)
    for (const relation of related) relate(origin, relation)
  }
  return { mentions, relations, add }
}

/** The keys of `linkedMentions`, told from what a writer and a model said alone: rules, which take longest, add none. */
export const linkedKeys = (memory: Said, extraction?: Derived): readonly string[] =>
  linkedMentions(memory, [...gathered(memory, extraction).mentions.values()]).map(({ key }) => key)

/**
 * The entities that a memory is linked to by its writer or a model (entity linking) and that are named nowhere in it: words do not
 * find it by them, so search looks them up (memory/rank/entities). A name inside of a word is not there; between characters without
 * spaces, and behind a hundred places inside of words, it is taken for not there, which costs a look and changes nothing.
 */
export function linkedMentions({ content, speaker }: Said, mentions: readonly Mention[]): readonly Mention[] {
  const told = mentions.filter(({ origin }) => origin !== 'rule')
  if (told.length === 0) return []
  const text = folded(`${content} ${speaker.name ?? ''}`)
  return told.filter(({ key }) => !standsIn(text, key))
}

/** `a` is inside of words everywhere: of a long text with many such names, to look at each place took a second. */
const mostPlaces = 100

function standsIn(text: string, name: string): boolean {
  let at = text.indexOf(name)
  for (let places = 0; at >= 0 && places < mostPlaces; places++) {
    if (
      !letterBefore.test(text.slice(Math.max(0, at - 2), at)) &&
      !letterAfter.test(text.slice(at + name.length, at + name.length + 2))
    )
      return true
    at = text.indexOf(name, at + 1)
  }
  return false
}

const letterBefore = /[\p{L}\p{N}]$/u
const letterAfter = /^[\p{L}\p{N}]/u

/**
 * What is left of annotations when a text is rewritten: what the new text names, or its speaker is called. Of the old text nothing else
 * may show: who may read the new one need not be one who might read that. Texts that differ in case or spacing alone are the same.
 */
export function annotationsAfter({ annotations, content, speaker }: Said, after: string): Annotations {
  if (annotations.entities.length + annotations.relations.length === 0) return annotations
  if (folded(after) === folded(content)) return annotations
  const said = folded(`${after} ${speaker.name ?? ''}`)
  const stays = (name: string) => isNamed(said, entityKey(name))
  return {
    entities: annotations.entities.filter(({ name }) => stays(name)),
    relations: annotations.relations.filter(({ subject, object }) => stays(subject) && stays(object)),
  }
}

/** Where words stand without spaces between them, no place is known to be inside of one. */
const isNamed = (text: string, key: string): boolean =>
  withoutSpaces.test(key) ? text.includes(key) : key !== '' && standsIn(text, key)

const withoutSpaces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** A memory as a model reads it. */
export const textOf = ({ content, contentHash, speaker, createdAt }: Memory): MemoryText => ({
  content,
  contentHash,
  speaker,
  recordedAt: createdAt,
})

/** What two memories that become one are about together. */
export const annotationsTogether = (one: Annotations, other: Annotations): Annotations => ({
  entities: [...one.entities, ...other.entities].slice(0, graphLimits.entities),
  relations: [...one.relations, ...other.relations].slice(0, graphLimits.relations),
})
