/**
 * What a process keeps of owners' indexes between searches: facts, the terms that wait in the tail, codes of vectors. An engine
 * brings it forward by what changed since the version it has, so that another process's writes are seen. Pure: it knows no
 * engine, only the rows that each gives of its tables.
 */
import type { ClientId } from '../../shared/brand.ts'
import type { MemoryState, SpeakerKind } from '../schema.ts'
import { OwnerFacts } from './facts.ts'
import type { ItemFacts } from './item-facts.ts'
import { KeptCodes } from './kept-codes.ts'
import { KeptPostings } from './kept-postings.ts'
import { type PackedBlock, type PackedPostings, packPostings } from './postings.ts'
import { isPartial, type RebuildState } from './rebuilding.ts'
import { unpackTerms } from './tail.ts'
import { inThreadOrder } from './thread-order.ts'

/** What an owner takes whatever they have: columns and tables begin with room for some items. Measured, as is the next. */
const bytesOfOwner = 8_000
/** What a posting of the tail takes with its share of its term: many small objects. */
const bytesOfTailPosting = 150

/** An owner's row of the index: `version` rises with every change, `key` is another one once the index was dropped. */
export interface IndexState extends Pick<RebuildState, 'key' | 'generation' | 'next_generation' | 'rebuilt_to'> {
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

/** Packed postings of terms as they are at one moment, and what the owner's row says then. */
export type ReadPostings = (terms: readonly string[]) => Promise<{
  readonly packedTo: number
  readonly blocks: PackedPostings
}>

/** Which index of an owner is meant. */
export type Generation = Pick<RebuildState, 'key' | 'generation'>

export class KeptIndex {
  readonly key: number
  readonly generation: number
  readonly facts = new OwnerFacts()
  readonly codes = new KeptCodes()
  /** What of the owner's changes it has seen; none at first. */
  version = -1
  /** The tail holds the items from `packedTo` to below `tailTo`. */
  packedTo = 0
  tailTo = 0
  /** What was read of the packed postings; another one once they are no longer as they were. */
  packed = new KeptPostings()
  private tail = new Map<string, [ordinal: number, frequency: number][]>()
  private tailPostings = 0

  constructor({ key, generation }: Generation) {
    this.key = key
    this.generation = generation
  }

  /** Whether it is of the index as the owner's row says, or of one before it. */
  isOf({ key, generation }: Generation): boolean {
    return key === this.key && generation === this.generation
  }

  /** What it takes of the process's memory, about. */
  get bytes(): number {
    const { facts, codes, packed, tailPostings } = this
    return bytesOfOwner + facts.bytes + codes.bytes + packed.bytes + tailPostings * bytesOfTailPosting
  }

  /** Where the tail has to be read from, now that the owner's row says `state`. */
  tailFrom({ packed_to }: IndexState): number {
    return packed_to === this.packedTo ? this.tailTo : packed_to
  }

  /**
   * Takes in the items that changed after `version`, and the tail's from `tailFrom`, the tail in ascending order of ordinals. What
   * another search has taken in meanwhile is passed over.
   */
  bringForward(state: IndexState, items: readonly IndexedRow[], tail: readonly TailRow[]): void {
    if (state.version <= this.version) return
    const categoriesOf = categoriesReader()
    for (const item of inThreadOrder(items)) {
      if (item.thread_id === null) {
        this.facts.remove(item.ordinal)
        this.codes.forget(item.ordinal)
      } else this.facts.put(factsOf(item, item.thread_id, categoriesOf(item.categories)))
    }
    // What was removed is no longer visible; its words go too, as nothing of it may stay.
    const isWritten = state.packed_to !== this.packedTo || isPartial(state)
    if (isWritten || items.some(({ thread_id }) => thread_id === null)) {
      this.packed = new KeptPostings()
    }
    if (state.packed_to !== this.packedTo) {
      this.tail = new Map()
      this.tailPostings = 0
      this.packedTo = state.packed_to
      this.tailTo = state.packed_to
    }
    for (const { ordinal, terms } of tail) {
      // Known already; or written since the owner's row was read: it comes with the next version.
      if (ordinal < this.tailTo || ordinal >= state.next_ordinal) continue
      for (const [term, frequency] of unpackTerms(terms)) {
        const list = this.tail.get(term)
        this.tailPostings += 1
        if (list === undefined) this.tail.set(term, [[ordinal, frequency]])
        else list.push([ordinal, frequency])
      }
    }
    this.tailTo = state.next_ordinal
    this.version = state.version
  }

  /** Those of the terms whose packed postings have to be read. */
  unread(terms: readonly string[]): readonly string[] {
    return terms.filter((term) => !this.packed.has(term))
  }

  /** The postings of terms, of all that was there when this was called: packed ones as they are kept or by `read`, and the tail's. */
  async postings(terms: readonly string[], read: ReadPostings): Promise<PackedPostings> {
    // Another search may bring the index forward while this one reads: what it began with belongs together.
    const { packed, packedTo, tail } = this
    const known = new Map(terms.map((term) => [term, packed.get(term)]))
    const missing = terms.filter((term) => known.get(term) === undefined)
    const fresh = missing.length === 0 ? undefined : await read(missing)
    const found = new Map<string, readonly PackedBlock[]>()
    for (const [term, kept] of known) {
      const blocks = kept ?? fresh?.blocks.get(term) ?? []
      if (kept === undefined && fresh?.packedTo === packedTo) packed.keep(term, blocks)
      const from = kept === undefined ? (fresh?.packedTo ?? packedTo) : packedTo
      const waiting = (tail.get(term) ?? []).filter(([ordinal]) => ordinal >= from)
      const all = waiting.length === 0 ? blocks : [...blocks, { block: 0, data: packPostings(0, waiting) }]
      if (all.length > 0) found.set(term, all)
    }
    return found
  }
}

/** Reads lists of categories as rows have them; equal ones are one list. */
function categoriesReader(): (json: string) => readonly string[] {
  const known = new Map<string, readonly string[]>([['[]', []]])
  return (json) => {
    const kept = known.get(json)
    if (kept !== undefined) return kept
    const read: readonly string[] = JSON.parse(json)
    known.set(json, read)
    return read
  }
}

const factsOf = (row: IndexedRow, threadId: string, categories: readonly string[]): ItemFacts => ({
  ordinal: row.ordinal,
  length: row.length,
  language: row.language,
  traits: row.traits,
  threadId,
  position: row.position,
  speakerKind: row.speaker_kind,
  speakerName: row.speaker_name ?? undefined,
  appId: row.app_id,
  categories,
  state: row.state,
  occurredAt: row.occurred_at ?? undefined,
  createdAt: row.created_at,
  validFrom: row.valid_from,
  validTo: row.valid_to ?? undefined,
})
