/** Rows of the graph of entities, of the same shape in every SQL engine, and the domain's values. Pure. */
import type { MemoryId } from '../../shared/brand.ts'
import type { Entity, GraphMemory, Link, Shared } from '../graph/ports.ts'
import type { Knowledge } from '../graph/schema.ts'
import { type MemoryRow, memoryOf } from './memory.ts'

/**
 * A mention of a known kind names an entity better than one of none; among equals the newest. Kept in one number, for max():
 * the memory's `seq`, and this where the kind is known.
 */
export const knownKind = 2 ** 52

/** Entities by the number of their row. */
export type Named = ReadonlyMap<number, Entity>

export const namedOf = (rows: readonly (Entity & { readonly id: number })[]): Named =>
  new Map(rows.map(({ id, key, name, kind }) => [id, { key, name, kind }]))

export interface SharedRow {
  readonly entity: number
  readonly id: MemoryId
  readonly seq: number
}

/** An entity that no memory names that may be read is none. */
export const sharedOf = (rows: readonly SharedRow[], named: Named): readonly Shared[] =>
  rows.flatMap(({ entity, id: memoryId, seq }) => {
    const found = named.get(entity)
    return found === undefined ? [] : [{ ...found, memoryId, seq }]
  })

export interface LinkRow {
  readonly from: string
  readonly entity: number
  readonly memory: MemoryId
  /** The predicate from `from` to the entity, and from the entity to `from`. */
  readonly forwards: string | null
  readonly backwards: string | null
}

export const linksOf = (rows: readonly LinkRow[], named: Named): readonly Link[] =>
  rows.flatMap(({ from, entity, memory, forwards, backwards }): Link[] => {
    const to = named.get(entity)
    if (to === undefined) return []
    const predicate = forwards ?? backwards
    const relation = predicate === null ? undefined : { predicate, reversed: forwards === null }
    return [{ from, to, memoryId: memory, relation }]
  })

/** A memory as a graph elsewhere keeps it. */
export function graphMemoryOf(row: MemoryRow, knowledge: Knowledge): GraphMemory {
  const { id, version, appId, categories, state, validFrom, validTo, occurredAt } = memoryOf(row)
  return { id, seq: row.seq, version, appId, categories, state, validFrom, validTo, occurredAt, ...knowledge }
}
