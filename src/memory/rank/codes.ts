/**
 * One bit for each number of a vector: its sign, which is enough to choose which vectors are worth reading whole. Pure; engines
 * keep the bytes.
 *
 * Which are near is found in three steps, each dearer an item and for fewer of them than the one before: the signs that differ,
 * for all; the question's own numbers against the signs, which is more exact since only one side is rounded (the asymmetric
 * distance of Gordo and Perronnin, CVPR 2011, on which RaBitQ, Gao and Long, SIGMOD 2024, builds), for a share; whole vectors,
 * by the engine, for few. tests/bench/README.md has what was measured.
 */

export const wordsOf = (dimensions: number): number => Math.ceil(dimensions / 32)

/** The code of a vector: bit i of word i / 32 is set where the number is above 0. */
export function codeOf(vector: Float32Array): Uint32Array {
  const code = new Uint32Array(wordsOf(vector.length))
  for (let i = 0; i < vector.length; i++) {
    if ((vector[i] as number) > 0) code[i >> 5] = ((code[i >> 5] as number) | (1 << (i & 31))) >>> 0
  }
  return code
}

function bits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * A code's estimate of a cosine errs by about 0.04 at 384 numbers, whoever's the vectors are. In a close group the nearest lie no
 * further apart than that, so as much of a group must go on as may lie within the error: some times what is asked for, and a
 * share of the items, since groups grow with them. Up to `count` times `timesCompared` items all are compared exactly.
 */
const timesCompared = 4
const shareCompared = 0.01
const timesWeighed = 3
const shareWeighed = 0.1

/** Codes by ordinal, growing. */
export class CodeTable {
  readonly words: number
  private codes: Uint32Array
  private has: Uint8Array
  private distances = new Uint16Array(0)
  ordinals = 0

  constructor(words: number) {
    this.words = words
    this.codes = new Uint32Array(words * 64)
    this.has = new Uint8Array(64)
  }

  put(ordinal: number, code: Uint32Array): void {
    if (ordinal >= this.has.length) {
      const size = Math.max(ordinal + 1, this.has.length * 2)
      const codes = new Uint32Array(size * this.words)
      codes.set(this.codes)
      const has = new Uint8Array(size)
      has.set(this.has)
      this.codes = codes
      this.has = has
    }
    this.codes.set(code, ordinal * this.words)
    this.has[ordinal] = 1
    this.ordinals = Math.max(this.ordinals, ordinal + 1)
  }

  /**
   * The ordinals of what to compare whole with a vector to find its `count` nearest: by their codes the nearest `count` times
   * `timesCompared` or `shareCompared` among those accepted, and all that are as near as the last of them. In ascending order.
   */
  nearest(vector: Float32Array, count: number, accept: (ordinal: number) => boolean): number[] {
    const compared = Math.max(count * timesCompared, Math.ceil(this.ordinals * shareCompared))
    const weighed = Math.max(compared * timesWeighed, Math.ceil(this.ordinals * shareWeighed))
    return this.bestByProducts(vector, this.nearestBySigns(codeOf(vector), weighed, accept), compared)
  }

  /** The ordinals of the `count` accepted codes with fewest signs that differ, and of all that are as near as the last of them. */
  private nearestBySigns(code: Uint32Array, count: number, accept: (ordinal: number) => boolean): number[] {
    const { words, codes, has } = this
    if (this.distances.length < this.ordinals) this.distances = new Uint16Array(has.length)
    const { distances } = this
    const far = words * 32
    const histogram = new Uint32Array(far + 1)
    for (let at = 0; at < this.ordinals; at++) {
      if (has[at] !== 1 || !accept(at)) {
        distances[at] = 0xffff
        continue
      }
      let distance = 0
      const from = at * words
      for (let i = 0; i < words; i++) distance += bits((codes[from + i] as number) ^ (code[i] as number))
      distances[at] = distance
      histogram[distance] = (histogram[distance] as number) + 1
    }
    let furthest = 0
    for (let seen = histogram[0] as number; seen < count && furthest < far; ) seen += histogram[++furthest] as number
    const found: number[] = []
    for (let at = 0; at < this.ordinals; at++) if ((distances[at] as number) <= furthest) found.push(at)
    return found
  }

  /** Of `ordinals` the `count` whose signs have the largest product with the vector, and all that have one as large. */
  private bestByProducts(vector: Float32Array, ordinals: number[], count: number): number[] {
    if (ordinals.length <= count) return ordinals
    const { words, codes } = this
    const sums = sumsOfSet(vector, words)
    // The sum where bits are set differs from the product with the signs by the same for all, and by a factor of 2.
    const products = Float32Array.from(ordinals, (ordinal) => {
      let sum = 0
      for (let i = 0; i < words; i++) {
        const word = codes[ordinal * words + i] as number
        const from = i * 1024
        sum +=
          (sums[from + (word & 255)] as number) +
          (sums[from + 256 + ((word >>> 8) & 255)] as number) +
          (sums[from + 512 + ((word >>> 16) & 255)] as number) +
          (sums[from + 768 + (word >>> 24)] as number)
      }
      return sum
    })
    const last = products.slice().sort()[products.length - count] as number
    return ordinals.filter((_, i) => (products[i] as number) >= last)
  }
}

/** For each eight numbers of a vector and each byte: the sum of the numbers whose bits are set. */
function sumsOfSet(vector: Float32Array, words: number): Float32Array {
  const sums = new Float32Array(words * 4 * 256)
  for (let from = 0, first = 0; from < sums.length; from += 256, first += 8) {
    for (let bit = 0; bit < 8; bit++) {
      const value = vector[first + bit] ?? 0
      for (let low = 0; low < 1 << bit; low++) sums[from + (1 << bit) + low] = (sums[from + low] as number) + value
    }
  }
  return sums
}

/** The cosine of two vectors of length 1. */
export function likenessOf(left: Float32Array, right: Float32Array): number {
  let sum = 0
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[i] as number)
  return sum
}

/** The ordinals of the `count` most alike, the most alike first; of equals the older. */
export const mostAlike = (likeness: ReadonlyMap<number, number>, count: number): number[] =>
  [...likeness]
    .sort((left, right) => right[1] - left[1] || left[0] - right[0])
    .slice(0, count)
    .map(([ordinal]) => ordinal)

/** Vectors and codes as an engine keeps them: little-endian, whatever the machine. */
export function toBytes(values: Float32Array | Uint32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < values.length; i++) {
    if (values instanceof Float32Array) view.setFloat32(i * 4, values[i] as number, true)
    else view.setUint32(i * 4, values[i] as number, true)
  }
  return bytes
}

export function codeFrom(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getUint32(i * 4, true))
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

export function vectorFrom(bytes: Uint8Array): Float32Array {
  // A copy, so that it begins where a Float32Array may begin.
  if (littleEndian) return new Float32Array(bytes.slice().buffer)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true))
}

/** Where a kept vector is laid to be compared: it need not begin where a Float32Array may begin. */
let room = new Float32Array(0)

/** The cosine of a vector with one as an engine keeps it, both of length 1. */
export function likenessToBytes(vector: Float32Array, bytes: Uint8Array): number {
  if (!littleEndian || bytes.byteLength !== vector.byteLength) return likenessOf(vector, vectorFrom(bytes))
  if (room.length !== vector.length) room = new Float32Array(vector.length)
  new Uint8Array(room.buffer).set(bytes)
  return likenessOf(vector, room)
}
