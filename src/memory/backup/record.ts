/**
 * One memory as exports write it: OpenMemory's fields, which its importer reads, and behind them what it did not know.
 * A record of either kind is read; what is missing takes what a new memory would have.
 */
import { type Static, Type } from '@sinclair/typebox'
import type { ClientId, MemoryId } from '../../shared/brand.ts'
import { checkInput } from '../../shared/check-schema.ts'
import { Fault } from '../../shared/fault.ts'
import { cleanName } from '../../shared/plain-name.ts'
import { contentHash } from '../content.ts'
import { Annotations } from '../graph/schema.ts'
import type { ImportedMemory } from '../ports.ts'
import { cleanAnnotations, cleanBeside, cleanCategories, cleanMetadata, cleanText, ofOneLine } from '../remember.ts'
import { limits, type Memory, SpeakerKind } from '../schema.ts'
import type { MemoryServices } from '../services.ts'
import { toIso } from '../time.ts'

const nullable = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const Time = Type.String({ maxLength: 40 })
/** Engines count on from it, and exports have what they counted: such a memory goes behind all others of its thread. */
const mostPosition = 1_000_000_000
const mostCounted = 2 * mostPosition

/** Fields that are not known are left alone: exports of other versions have more. */
const Line = Type.Object({
  id: Type.String({ minLength: 1, maxLength: limits.idCharacters }),
  content: Type.String({ maxLength: limits.textCharacters }),
  metadata: nullable(Type.Record(Type.String(), Type.Unknown())),
  created_at: nullable(Time),
  updated_at: nullable(Time),
  state: nullable(Type.String({ maxLength: 20 })),
  app: nullable(Type.String({ maxLength: limits.nameCharacters })),
  categories: nullable(
    Type.Array(Type.String({ maxLength: limits.categoryCharacters }), { maxItems: limits.categories }),
  ),
  entities: nullable(Annotations.properties.entities),
  relations: nullable(Annotations.properties.relations),
  speaker: nullable(
    Type.Object({ kind: SpeakerKind, name: Type.Optional(Type.String({ maxLength: limits.nameCharacters })) }),
  ),
  thread: nullable(Type.String({ minLength: 1, maxLength: limits.threadCharacters + 100 })),
  position: nullable(Type.Integer({ minimum: 0, maximum: mostCounted })),
  occurred_at: nullable(Time),
  valid_from: nullable(Time),
  valid_to: nullable(Time),
  supersedes: nullable(Type.String({ maxLength: limits.idCharacters })),
})
export type Line = Static<typeof Line>

/** Apps of an import are not clients of ours, and must not pass for one. */
const importedApp = 'import:'

export const lineOf = (memory: Memory, appName: string): Line => ({
  id: memory.id,
  content: memory.content,
  metadata: memory.metadata,
  created_at: toIso(memory.createdAt),
  updated_at: toIso(memory.updatedAt),
  state: memory.state,
  app: appName.startsWith(importedApp) ? appName.slice(importedApp.length) : appName,
  categories: [...memory.categories],
  entities: memory.annotations.entities,
  relations: memory.annotations.relations,
  speaker: memory.speaker,
  thread: memory.threadId,
  position: memory.position,
  occurred_at: memory.occurredAt === undefined ? null : toIso(memory.occurredAt),
  valid_from: toIso(memory.validFrom),
  valid_to: memory.validTo === undefined ? null : toIso(memory.validTo),
  supersedes: memory.supersedes ?? null,
})

/**
 * A record as it is to be written; undefined for one that was deleted there.
 * @throws Fault `invalid` naming the field
 */
export function importedOf(
  settings: MemoryServices['settings'],
  record: unknown,
  nowMs: number,
): ImportedMemory | undefined {
  const line = checkInput(Line, record)
  const state = line.state ?? 'active'
  if (state === 'deleted') return undefined
  if (state !== 'active' && state !== 'paused' && state !== 'archived') {
    throw new Fault('invalid', 'state is none of active, paused, archived and deleted.', { field: 'state' })
  }
  // RFC 3986 section 5.2.4: in an address both stand for another path, so that nobody could ask for it or erase it by name.
  if (line.id === '.' || line.id === '..') {
    throw new Fault('invalid', `id is "${line.id}", which no address can name.`, { field: 'id' })
  }
  const { text } = cleanText(settings, line.content, 'content')
  const { metadata } = cleanMetadata(settings, line.metadata ?? {}, 'metadata')
  const { app, ...beside } = cleanBeside(settings, {
    speaker: line.speaker ?? { kind: 'self' as const },
    categories: cleanCategories(line.categories ?? []),
    threadId: ofOneLine(line.thread ?? undefined, 'thread'),
    app: cleanName(line.app ?? '') || 'unknown',
  }).value
  const createdAt = timeOf(line.created_at, 'created_at') ?? nowMs
  return {
    id: ofOneLine(line.id, 'id') as MemoryId,
    content: text,
    contentHash: contentHash(text),
    ...beside,
    metadata,
    annotations: cleanAnnotations(settings, { entities: line.entities ?? [], relations: line.relations ?? [] }).value,
    position: placeOf(line.position),
    occurredAt: timeOf(line.occurred_at, 'occurred_at'),
    validFrom: timeOf(line.valid_from, 'valid_from') ?? createdAt,
    validTo: timeOf(line.valid_to, 'valid_to'),
    supersedes: (line.supersedes ?? undefined) as MemoryId | undefined,
    source: 'import',
    appId: `${importedApp}${app}` as ClientId,
    state,
    createdAt,
    updatedAt: timeOf(line.updated_at, 'updated_at') ?? createdAt,
  }
}

const placeOf = (position: number | null | undefined): number | undefined =>
  position === null || position === undefined || position > mostPosition ? undefined : position

/** Python writes offsets and microseconds, which JavaScript reads; a time without an offset is UTC. */
function timeOf(text: string | null | undefined, field: string): number | undefined {
  if (text === null || text === undefined) return undefined
  const ms = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`)
  if (Number.isNaN(ms)) throw new Fault('invalid', `${field} is not an ISO 8601 time.`, { field })
  return ms
}
