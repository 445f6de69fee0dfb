/**
 * Packed postings: for one owner, one term and one block of 4,096 items, the ordinals of the items that have the term, ascending,
 * each with its frequency, as variable-length integers (7 bits a byte, low first; ordinals as distances from the last).
 * The engines keep these bytes; this is the one place that reads and writes them.
 */
import type { TermPostings } from './term-postings.ts'

export const blockSize = 4_096

export const blockOf = (ordinal: number): number => Math.floor(ordinal / blockSize)

export interface PackedBlock {
  readonly block: number
  readonly data: Uint8Array
}

/** Packed postings by term, each with its blocks in ascending order. */
export type PackedPostings = ReadonlyMap<string, readonly PackedBlock[]>

/** Calls back for each posting. `first` is the block's first ordinal. */
export function eachPosting(
  data: Uint8Array,
  first: number,
  visit: (ordinal: number, frequency: number) => void,
): void {
  let ordinal = first - 1
  let at = 0
  const next = () => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = data[at++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
  }
  while (at < data.byteLength) {
    ordinal += next()
    visit(ordinal, next())
  }
}

/** The bytes of postings in ascending order, behind those of `kept`, which are of the same block and lower. */
export function packPostings(
  first: number,
  postings: readonly (readonly [ordinal: number, frequency: number])[],
  kept: Uint8Array = new Uint8Array(),
): Uint8Array {
  let last = first - 1
  eachPosting(kept, first, (ordinal) => {
    last = ordinal
  })
  const bytes: number[] = []
  for (const [ordinal, frequency] of postings) {
    pushVarint(bytes, ordinal - last)
    pushVarint(bytes, frequency)
    last = ordinal
  }
  const packed = new Uint8Array(kept.byteLength + bytes.length)
  packed.set(kept)
  packed.set(bytes, kept.byteLength)
  return packed
}

/** The same, wherever they belong between those of `kept`; of an item that has one there, the new posting stands. */
export function mergePostings(
  first: number,
  postings: readonly (readonly [ordinal: number, frequency: number])[],
  kept: Uint8Array = new Uint8Array(),
): Uint8Array {
  const all = new Map<number, number>()
  let last = -1
  eachPosting(kept, first, (ordinal, frequency) => {
    all.set(ordinal, frequency)
    last = ordinal
  })
  if (last < (postings[0]?.[0] ?? 0)) return packPostings(first, postings, kept)
  for (const [ordinal, frequency] of postings) all.set(ordinal, frequency)
  return packPostings(
    first,
    [...all].sort(([left], [right]) => left - right),
  )
}

/** The bytes without some items; undefined when nothing is left. */
export function withoutPostings(data: Uint8Array, first: number, removed: ReadonlySet<number>): Uint8Array | undefined {
  const kept: [number, number][] = []
  eachPosting(data, first, (ordinal, frequency) => {
    if (!removed.has(ordinal)) kept.push([ordinal, frequency])
  })
  return kept.length === 0 ? undefined : packPostings(first, kept)
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}

/**
 * The postings of one term in any of its spellings, ascending; an item that has several counts with the most frequent. `accepted`:
 * 1 by ordinal for items that count.
 */
export function gatherPostings(
  packed: PackedPostings,
  spellings: readonly string[],
  accepted: Uint8Array,
): TermPostings {
  const lists = spellings.flatMap((spelling) => {
    const blocks = packed.get(spelling)
    return blocks === undefined || blocks.length === 0 ? [] : [unpack(blocks, accepted)]
  })
  const [first, ...others] = lists
  if (first === undefined) return { ordinals: new Int32Array(), frequencies: new Int32Array(), count: 0 }
  return others.reduce(merge, first)
}

function unpack(blocks: readonly PackedBlock[], accepted: Uint8Array): TermPostings {
  const most = blocks.reduce((sum, { data }) => sum + (data.byteLength >> 1), 0)
  const ordinals = new Int32Array(most)
  const frequencies = new Int32Array(most)
  let count = 0
  for (const { block, data } of blocks) {
    let ordinal = block * blockSize - 1
    let at = 0
    while (at < data.length) {
      // Most distances and frequencies are one byte; read here without a call, as this is most of the work of a search.
      let byte = data[at++] as number
      let value = byte & 0x7f
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = data[at++] as number
        value |= (byte & 0x7f) << shift
      }
      ordinal += value
      byte = data[at++] as number
      value = byte & 0x7f
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = data[at++] as number
        value |= (byte & 0x7f) << shift
      }
      if (accepted[ordinal] !== 1) continue
      ordinals[count] = ordinal
      frequencies[count] = value
      count += 1
    }
  }
  return { ordinals, frequencies, count }
}

function merge(left: TermPostings, right: TermPostings): TermPostings {
  const most = left.count + right.count
  const ordinals = new Int32Array(most)
  const frequencies = new Int32Array(most)
  let count = 0
  let i = 0
  let j = 0
  while (i < left.count || j < right.count) {
    const a = i < left.count ? (left.ordinals[i] ?? 0) : Number.POSITIVE_INFINITY
    const b = j < right.count ? (right.ordinals[j] ?? 0) : Number.POSITIVE_INFINITY
    ordinals[count] = Math.min(a, b)
    frequencies[count++] = Math.max(a <= b ? (left.frequencies[i] ?? 0) : 0, b <= a ? (right.frequencies[j] ?? 0) : 0)
    if (a <= b) i += 1
    if (b <= a) j += 1
  }
  return { ordinals, frequencies, count }
}
