/**
 * Packed postings: for one owner, one term and one block of 4,096 items, the ordinals of the items that have the term, ascending,
 * each with its frequency, as variable-length integers (7 bits a byte, low first; ordinals as distances from the last).
 * The engines keep these bytes; this is the one place that reads and writes them.
 */
export const blockSize = 4_096

export const blockOf = (ordinal: number): number => Math.floor(ordinal / blockSize)

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

/** The bytes with one more posting, behind all others: ordinals only rise. `last` is the block's last ordinal so far. */
export function appendPosting(data: Uint8Array, last: number, ordinal: number, frequency: number): Uint8Array {
  const added = [...varint(ordinal - last), ...varint(frequency)]
  const grown = new Uint8Array(data.byteLength + added.length)
  grown.set(data)
  grown.set(added, data.byteLength)
  return grown
}

/** The bytes of whole postings, in ascending order. */
export function packPostings(
  first: number,
  postings: readonly (readonly [ordinal: number, frequency: number])[],
): Uint8Array {
  const bytes: number[] = []
  let last = first - 1
  for (const [ordinal, frequency] of postings) {
    bytes.push(...varint(ordinal - last), ...varint(frequency))
    last = ordinal
  }
  return Uint8Array.from(bytes)
}

/** The bytes without an item; undefined when nothing is left. */
export function withoutPosting(data: Uint8Array, first: number, removed: number): Uint8Array | undefined {
  const kept: [number, number][] = []
  eachPosting(data, first, (ordinal, frequency) => {
    if (ordinal !== removed) kept.push([ordinal, frequency])
  })
  return kept.length === 0 ? undefined : packPostings(first, kept)
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return bytes
}
