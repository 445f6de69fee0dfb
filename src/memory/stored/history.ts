/** Rows of what happened to memories and of who read them, and the domain's values. Pure. */
import type { ClientId, MemoryId } from '../../shared/brand.ts'
import type { ChangeSet, NewEvent } from '../change/set.ts'
import { noAnnotations } from '../graph/schema.ts'
import type { Reading } from '../ports.ts'
import type { AccessDay, AccessLogEntry, MemoryEvent, MemorySnapshot } from '../schema.ts'
import { snapshotOf } from './memory.ts'

export interface EventRow {
  readonly seq: number
  readonly memory_id: MemoryId
  readonly kind: MemoryEvent['kind']
  readonly app_id: ClientId
  readonly at: number
  readonly before: string | null
  readonly other_id: MemoryId | null
}

export const eventOf = (row: EventRow): MemoryEvent => ({
  seq: row.seq,
  memoryId: row.memory_id,
  kind: row.kind,
  appId: row.app_id,
  at: row.at,
  before: row.before === null ? undefined : readSnapshot(row.before),
  otherId: row.other_id ?? undefined,
})

/** An event of a write as its row; the engine gives it its `seq`. */
export const eventRowOf = ({ appId, at }: ChangeSet, { id, kind, before, otherId, undoes }: NewEvent) => ({
  memory_id: id,
  kind,
  app_id: appId,
  at,
  before: before === undefined ? null : JSON.stringify(snapshotOf(before)),
  other_id: otherId ?? null,
  undoes: undoes ?? null,
})

export const eventColumns = [
  'memory_id',
  'kind',
  'app_id',
  'at',
  'before',
  'other_id',
  'undoes',
] as const satisfies readonly (keyof ReturnType<typeof eventRowOf>)[]

/** JSON leaves undefined members out, and older snapshots have fewer; the snapshot names all of them. */
function readSnapshot(json: string): MemorySnapshot {
  const kept: Omit<MemorySnapshot, 'annotations' | 'occurredAt' | 'validTo'> & Partial<MemorySnapshot> =
    JSON.parse(json)
  return { ...kept, annotations: kept.annotations ?? noAnnotations, occurredAt: kept.occurredAt, validTo: kept.validTo }
}

export interface AccessRow {
  readonly seq: number
  readonly memory_id: MemoryId
  readonly app_id: ClientId
  readonly kind: AccessLogEntry['kind']
  readonly score: number | null
  readonly at: number
}

/** Readings as rows; the engine gives them their `seq`. */
export const readingRowsOf = (
  appId: ClientId,
  readings: readonly Reading[],
  at: number,
): readonly Omit<AccessRow, 'seq'>[] =>
  readings.map(({ memoryId, kind, score = null }) => ({
    memory_id: memoryId,
    app_id: appId,
    kind,
    score,
    at,
  }))

export const accessOf = (row: AccessRow): AccessLogEntry => ({
  memoryId: row.memory_id,
  appId: row.app_id,
  kind: row.kind,
  score: row.score ?? undefined,
  at: row.at,
})

/** The day of a reading in SQL, as the index of readings of a memory has it: another expression would not be found by it. */
export const dayOfReading = 'at / 86400000'

export interface AccessDayRow {
  readonly app_id: ClientId
  readonly at: number
  readonly count: number
}

export const accessDayOf = ({ app_id: appId, at: lastAt, count }: AccessDayRow): AccessDay => ({ appId, lastAt, count })
