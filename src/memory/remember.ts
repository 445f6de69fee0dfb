/** Writing: verbatim, once. Called by operations; knows no wire. */
import type { MemoryId } from '../shared/brand.ts'
import { Fault } from '../shared/fault.ts'
import { hasControls } from '../shared/plain-name.ts'
import { contentHash, normalise } from './content.ts'
import { echoWindowMs, isEcho } from './echo.ts'
import { type Annotations, graphLimits, noAnnotations } from './graph/schema.ts'
import type { Caller } from './operation.ts'
import type { AddOutcome, AddPolicy, Draft } from './ports.ts'
import { limits, type Metadata, type Source, type Speaker } from './schema.ts'
import { maskSecrets, maskSecretsIn } from './secrets.ts'
import type { MemoryServices } from './services.ts'

/** Adds of one app that name no thread and lie less than this apart form one. */
const threadGapMs = 30 * 60_000

export interface NewMemory {
  readonly text: string
  readonly speaker?: Speaker | undefined
  readonly categories?: readonly string[] | undefined
  readonly metadata?: Metadata | undefined
  readonly entities?: Annotations['entities'] | undefined
  readonly relations?: Annotations['relations'] | undefined
  readonly thread?: string | undefined
  readonly occurredAt?: number | undefined
  readonly validFrom?: number | undefined
}

export interface Remembered extends AddOutcome {
  /** Kinds of secrets that were masked before the write, such as `OpenAI key`. */
  readonly masked: readonly string[]
}

type Needed = Pick<MemoryServices, 'store' | 'random' | 'settings'>

/** Keeps texts, all or none. Faults: `invalid` for an empty text, those of `MemoryStore.add`. */
export async function remember(
  { store, random, settings }: Needed,
  caller: Caller,
  memories: readonly NewMemory[],
  source: Source,
): Promise<readonly Remembered[]> {
  const { drafts, masked } = draftsOf({ random, settings }, memories, source)
  const outcomes = await store.add(caller.ownerId, caller.appId, drafts, addPolicy(caller))
  return outcomes.map((outcome, at) => ({ ...outcome, masked: masked[at] ?? [] }))
}

/** Texts as they are written, with the kinds of secrets that were masked in each. @throws Fault `invalid` */
export function draftsOf(
  { random, settings }: Pick<Needed, 'random' | 'settings'>,
  memories: readonly NewMemory[],
  source: Source,
): { readonly drafts: readonly Draft[]; readonly masked: readonly (readonly string[])[] } {
  const masked: (readonly string[])[] = []
  const drafts = memories.map((memory, at): Draft => {
    const { metadata, kinds: inMetadata } = cleanMetadata(settings, memory.metadata, fieldOf(memories, at, 'metadata'))
    const { text, kinds } = cleanText(settings, memory.text, fieldOf(memories, at, 'text'))
    const beside = cleanBeside(settings, {
      speaker: memory.speaker ?? { kind: 'self' },
      categories: cleanCategories(memory.categories ?? []),
      threadId: ofOneLine(memory.thread, fieldOf(memories, at, 'thread')),
    })
    const annotations = cleanAnnotations(settings, annotationsOf(memory))
    masked.push([...new Set([...kinds, ...inMetadata, ...beside.kinds, ...annotations.kinds])])
    return {
      id: random.id() as MemoryId,
      content: text,
      contentHash: contentHash(text),
      ...beside.value,
      metadata,
      annotations: annotations.value,
      occurredAt: memory.occurredAt,
      validFrom: memory.validFrom,
      source,
    }
  })
  return { drafts, masked }
}

const annotationsOf = ({ entities = [], relations = [] }: NewMemory): Annotations =>
  entities.length + relations.length === 0 ? noAnnotations : { entities, relations }

const addPolicy = ({ nowMs }: Caller): AddPolicy => ({
  at: nowMs,
  threadGapMs,
  recalledSince: nowMs - echoWindowMs,
  isEcho,
})

const fieldOf = (memories: readonly NewMemory[], at: number, name: string): string =>
  memories.length === 1 ? name : `memories.${at}.${name}`

/**
 * A text as it may be kept: checked, and without secrets.
 * @throws Fault `invalid` naming `field` for an empty text, and for one that its marks make too long
 */
export function cleanText(
  settings: MemoryServices['settings'],
  text: string,
  field: string,
): { readonly text: string; readonly kinds: readonly string[] } {
  if (normalise(text) === '') throw new Fault('invalid', `${field} is empty.`, { code: 'text_empty', field })
  if (settings.maskSecrets === false) return { text, kinds: [] }
  const masked = maskSecrets(text)
  if (masked.text.length > limits.textCharacters) {
    throw tooLong(field, `${limits.textCharacters} characters once its secrets are masked`)
  }
  return masked
}

/**
 * An id that somebody else chose, or none.
 * @throws Fault `invalid` naming `field` where it has control characters or the end of a line
 */
export function ofOneLine<T extends string | undefined>(id: T, field: string): T {
  if (id === undefined || !hasControls(id)) return id
  throw new Fault('invalid', `${field} has control characters or more than one line.`, { field })
}

const tooLong = (field: string, most: string) => new Fault('invalid', `${field} is larger than ${most}.`, { field })

/**
 * Metadata as they may be kept: bounded, and without secrets.
 * @throws Fault `invalid` naming `field`
 */
export function cleanMetadata(
  settings: MemoryServices['settings'],
  metadata: Metadata = {},
  field: string,
): { readonly metadata: Metadata; readonly kinds: readonly string[] } {
  const isTooLong = (one: Metadata) => JSON.stringify(one).length > limits.metadataCharacters
  const most = `${limits.metadataCharacters} characters of JSON`
  if (isTooLong(metadata)) throw tooLong(field, most)
  if (settings.maskSecrets === false) return { metadata, kinds: [] }
  const { value, kinds } = maskSecretsIn(metadata)
  if (kinds.length > 0 && isTooLong(value)) throw tooLong(field, `${most} once its secrets are masked`)
  return { metadata: value, kinds }
}

/** The least of the limits of labels: one in which something was masked is cut to it, since a mark may be longer than a secret. */
const longestMasked = Math.min(
  limits.categoryCharacters,
  limits.nameCharacters,
  limits.threadCharacters,
  graphLimits.nameCharacters,
  graphLimits.predicateCharacters,
)

const withoutSecrets = <T>(settings: MemoryServices['settings'], labels: T): Cleaned<T> =>
  settings.maskSecrets === false ? { value: labels, kinds: [] } : maskSecretsIn(labels, longestMasked)

/** What stands beside a text (who spoke, in which thread, under which categories), without secrets. */
export function cleanBeside<T extends { readonly categories: readonly string[] }>(
  settings: MemoryServices['settings'],
  beside: T,
): Cleaned<T> {
  const { value, kinds } = withoutSecrets(settings, beside)
  // Different secrets have the same mark, and a memory has each category once.
  return kinds.length === 0
    ? { value, kinds }
    : { value: { ...value, categories: cleanCategories(value.categories) }, kinds }
}

/** Entities and relations without secrets: `wifi, has_password, ...` says of its object what a member's name says of its value. */
export function cleanAnnotations(
  settings: MemoryServices['settings'],
  { entities, relations }: Annotations,
): Cleaned<Annotations> {
  const named = withoutSecrets(settings, entities)
  const related = relations.map(({ predicate, object, subject }) => {
    const what = predicate.replaceAll('_', ' ').replace(/ is$/, '')
    const told = withoutSecrets(settings, { [what]: object })
    const { value, kinds } = withoutSecrets(settings, { subject, predicate, object: told.value[what] ?? object })
    return { value, kinds: [...told.kinds, ...kinds] }
  })
  return {
    value: { entities: named.value, relations: related.map(({ value }) => value) },
    kinds: [...new Set([...named.kinds, ...related.flatMap(({ kinds }) => kinds)])],
  }
}

interface Cleaned<T> {
  readonly value: T
  /** What was masked, each kind once. */
  readonly kinds: readonly string[]
}

/** Categories in the order given, each once, spacing aside. */
export const cleanCategories = (categories: readonly string[]): string[] => [
  ...new Set(categories.map((name) => name.trim()).filter((name) => name !== '')),
]

/** What a caller is told of secrets that were not kept. */
export const maskedNote = (kinds: readonly string[]): string =>
  `Not stored, because it is secret: ${kinds.join(', ')}. The rest of the text was kept.`
