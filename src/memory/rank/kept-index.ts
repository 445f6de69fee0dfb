/**
 * What a process keeps of owners' indexes between searches: facts, the terms that wait in the tail, codes of vectors. An engine
 * brings it forward by what changed since the version it has, so that another process's writes are seen. Pure: it knows no
 * engine, only the rows that each gives of its tables.
 */
import type { ClientId, OwnerId } from '../../shared/brand.ts'
import type { MemoryState, SpeakerKind } from '../schema.ts'
import { CodeTable, codeFrom } from './codes.ts'
import { OwnerFacts } from './facts.ts'
import { packPostings } from './postings.ts'
import { unpackTerms } from './tail.ts'

/** An owner's row of the index: `version` rises with every change, `key` is another one once the index was made anew. */
export interface IndexState {
  readonly key: number
  readonly version: number
  readonly next_ordinal: number
  /** Items below it are in packed postings, the others in the tail. */
  readonly packed_to: number
}

/** An item with what ranking knows of its memory. */
export interface IndexedRow {
  readonly ordinal: number
  readonly length: number
  readonly language: number
  readonly traits: number
  /** Null when removed. */
  readonly thread_id: string | null
  readonly position: number
  readonly speaker_kind: SpeakerKind
  readonly speaker_name: string | null
  readonly app_id: ClientId
  readonly categories: string
  readonly state: MemoryState
  readonly occurred_at: number | null
  readonly created_at: number
  readonly valid_from: number
  readonly valid_to: number | null
}

export interface TailRow {
  readonly ordinal: number
  readonly terms: string
}

export class KeptIndex {
  readonly key: number
  readonly facts = new OwnerFacts()
  readonly codes = new KeptCodes()
  /** What of the owner's changes it has seen; none at first. */
  version = -1
  /** The tail holds the items from `packedTo` to below `tailTo`. */
  packedTo = 0
  tailTo = 0
  private tail = new Map<string, [ordinal: number, frequency: number][]>()

  constructor(key: number) {
    this.key = key
  }

  /** Where the tail has to be read from, now that the owner's row says `state`. */
  tailFrom({ packed_to }: IndexState): number {
    return packed_to === this.packedTo ? this.tailTo : packed_to
  }

  /** Takes in the items that changed after `version`, and the tail's from `tailFrom`, both in ascending order of ordinals. */
  bringForward(state: IndexState, items: readonly IndexedRow[], tail: readonly TailRow[]): void {
    for (const item of items) {
      if (item.thread_id === null) this.facts.remove(item.ordinal)
      else this.facts.put({ ...factsOf(item), threadId: item.thread_id })
    }
    if (state.packed_to !== this.packedTo) {
      this.tail = new Map()
      this.packedTo = state.packed_to
    }
    for (const { ordinal, terms } of tail) {
      for (const [term, frequency] of unpackTerms(terms)) {
        const list = this.tail.get(term)
        if (list === undefined) this.tail.set(term, [[ordinal, frequency]])
        else list.push([ordinal, frequency])
      }
    }
    this.tailTo = state.next_ordinal
    this.version = state.version
  }

  /** A term's postings that wait in the tail, of items from `from` on: others were packed since the tail was read. */
  waiting(term: string, from: number = this.packedTo): { block: number; data: Uint8Array } | undefined {
    const list = this.tail.get(term)
    const still = from <= this.packedTo ? list : list?.filter(([ordinal]) => ordinal >= from)
    return still === undefined || still.length === 0 ? undefined : { block: 0, data: packPostings(0, still) }
  }
}

const factsOf = (row: IndexedRow) => ({
  ordinal: row.ordinal,
  length: row.length,
  language: row.language,
  traits: row.traits,
  position: row.position,
  speakerKind: row.speaker_kind,
  speakerName: row.speaker_name ?? undefined,
  appId: row.app_id,
  categories: row.categories === '[]' ? [] : (JSON.parse(row.categories) as string[]),
  state: row.state,
  occurredAt: row.occurred_at ?? undefined,
  createdAt: row.created_at,
  validFrom: row.valid_from,
  validTo: row.valid_to ?? undefined,
})

/** The codes of an owner's vectors in one space. */
export class KeptCodes {
  space = ''
  version = -1
  table: CodeTable | undefined

  /** Codes of another model cannot be compared: they go. */
  begin(space: string): void {
    if (space === this.space) return
    this.space = space
    this.version = -1
    this.table = undefined
  }

  /** Takes in the codes that changed after `version`. */
  bringForward(version: number, codes: readonly { readonly ordinal: number; readonly code: Uint8Array }[]): void {
    for (const { ordinal, code } of codes) {
      const words = codeFrom(code)
      this.table ??= new CodeTable(words.length)
      if (words.length === this.table.words) this.table.put(ordinal, words)
    }
    this.version = version
  }
}

/** Indexes of the owners that were asked last, as long as they have no more items than this together: about 60 bytes each. */
const itemsKept = 1_000_000

export class KeptIndexes {
  private readonly kept = new Map<OwnerId, KeptIndex>()

  /** What is kept of the owner's index with this key; an empty one where there is none. */
  of(ownerId: OwnerId, key: number): KeptIndex {
    const known = this.kept.get(ownerId)
    const index = known?.key === key ? known : new KeptIndex(key)
    this.kept.delete(ownerId)
    this.kept.set(ownerId, index)
    return index
  }

  /** Drops those of the owners that were asked longest ago, but never the last one's. */
  forgetOldest(): void {
    let items = 0
    for (const { facts } of this.kept.values()) items += facts.ordinals
    for (const [ownerId, { facts }] of this.kept) {
      if (items <= itemsKept || this.kept.size === 1) return
      this.kept.delete(ownerId)
      items -= facts.ordinals
    }
  }
}
