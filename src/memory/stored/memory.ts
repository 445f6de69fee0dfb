/** Rows of the memory tables, of the same shape in every SQL engine, and the domain's values. Pure: it knows no engine. */
import type { ClientId, MemoryId, OwnerId } from '../../shared/brand.ts'
import { type Annotations, noAnnotations } from '../graph/schema.ts'
import type { ListRequest, SortColumn } from '../ports.ts'
import type { Memory, MemorySnapshot, MemoryState, SpeakerKind } from '../schema.ts'

export interface MemoryRow {
  readonly seq: number
  readonly owner_id: OwnerId
  readonly id: MemoryId
  readonly app_id: ClientId
  readonly content: string
  readonly content_hash: string | null
  readonly state: Memory['state']
  readonly categories: string
  readonly metadata: string
  readonly annotations: string
  readonly thread_id: string
  readonly position: number
  readonly speaker_kind: SpeakerKind
  readonly speaker_name: string | null
  readonly occurred_at: number | null
  readonly valid_from: number
  readonly valid_to: number | null
  readonly supersedes: MemoryId | null
  readonly source: Memory['source']
  readonly created_at: number
  readonly updated_at: number
  readonly version: number
}

export const memoryOf = (row: MemoryRow): Memory => ({
  id: row.id,
  ownerId: row.owner_id,
  appId: row.app_id,
  speaker: row.speaker_name === null ? { kind: row.speaker_kind } : { kind: row.speaker_kind, name: row.speaker_name },
  content: row.content,
  contentHash: row.content_hash ?? '',
  state: row.state,
  categories: row.categories === '[]' ? [] : JSON.parse(row.categories),
  metadata: row.metadata === '{}' ? {} : JSON.parse(row.metadata),
  annotations: annotationsOf(row.annotations),
  threadId: row.thread_id,
  position: row.position,
  occurredAt: row.occurred_at ?? undefined,
  validFrom: row.valid_from,
  validTo: row.valid_to ?? undefined,
  supersedes: row.supersedes ?? undefined,
  source: row.source,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
})

const annotationsOf = (json: string): Annotations => (json === '{}' ? noAnnotations : JSON.parse(json))
const annotationsToRow = (annotations: Annotations): string =>
  annotations.entities.length + annotations.relations.length === 0 ? '{}' : JSON.stringify(annotations)

/** A memory as its row; the engine gives it its `seq`. */
export const rowOf = (memory: Memory): Omit<MemoryRow, 'seq'> => ({
  owner_id: memory.ownerId,
  id: memory.id,
  app_id: memory.appId,
  content: memory.content,
  content_hash: memory.contentHash,
  state: memory.state,
  categories: JSON.stringify(memory.categories),
  metadata: JSON.stringify(memory.metadata),
  annotations: annotationsToRow(memory.annotations),
  thread_id: memory.threadId,
  position: memory.position,
  speaker_kind: memory.speaker.kind,
  speaker_name: memory.speaker.name ?? null,
  occurred_at: memory.occurredAt ?? null,
  valid_from: memory.validFrom,
  valid_to: memory.validTo ?? null,
  supersedes: memory.supersedes ?? null,
  source: memory.source,
  created_at: memory.createdAt,
  updated_at: memory.updatedAt,
  version: memory.version,
})

/** The columns that a change of a memory may set. */
export const changingColumns = [
  'content',
  'content_hash',
  'state',
  'categories',
  'metadata',
  'annotations',
  'occurred_at',
  'valid_to',
  'updated_at',
  'version',
] as const satisfies readonly (keyof MemoryRow)[]

/** All columns of a memory's row but `seq`. */
export const memoryColumns = [
  'owner_id',
  'id',
  'app_id',
  'thread_id',
  'position',
  'speaker_kind',
  'speaker_name',
  'valid_from',
  'supersedes',
  'source',
  'created_at',
  ...changingColumns,
] as const satisfies readonly (keyof MemoryRow)[]

/** What the row of an erased memory has from then on; besides, its thread is named by its id, and its version is the next. */
export const tombstone = (at: number) =>
  ({
    content: '',
    content_hash: null,
    state: 'deleted',
    categories: '[]',
    metadata: '{}',
    annotations: '{}',
    speaker_name: null,
    occurred_at: null,
    position: 0,
    updated_at: at,
  }) satisfies Partial<MemoryRow>

export const snapshotOf = (memory: Memory): MemorySnapshot => ({
  content: memory.content,
  contentHash: memory.contentHash,
  state: memory.state,
  categories: memory.categories,
  metadata: memory.metadata,
  annotations: memory.annotations,
  occurredAt: memory.occurredAt,
  validTo: memory.validTo,
})

/** Ties are broken by id, which rises with time. */
const sortColumns: Readonly<Record<SortColumn, readonly (keyof MemoryRow)[]>> = {
  createdAt: ['created_at', 'id'],
  content: ['content', 'id'],
  app: ['app_id', 'created_at', 'id'],
  categories: ['categories', 'id'],
}

/** What follows ORDER BY where the rows are called `m`. */
export const orderOf = ({ sort, descending }: Pick<ListRequest, 'sort' | 'descending'>): string =>
  sortColumns[sort].map((column) => `m.${column} ${descending ? 'DESC' : 'ASC'}`).join(', ')

/** Counts by state, of rows for the states that there are. */
export const countsOf = (
  rows: readonly { readonly state: MemoryState; readonly count: number }[],
): Readonly<Record<MemoryState, number>> => ({
  ...{ active: 0, paused: 0, archived: 0, deleted: 0 },
  ...Object.fromEntries(rows.map(({ state, count }) => [state, count])),
})
