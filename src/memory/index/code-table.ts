/**
 * Finds which vectors are worth reading whole, by their codes. In three steps, each dearer an item and for fewer of them than the one
 * before: the signs that differ, for all; the question's own numbers against the signs, which is more exact since only one side is
 * rounded (the asymmetric distance of Gordo and Perronnin, CVPR 2011, on which RaBitQ, Gao and Long, SIGMOD 2024, builds), for a
 * share; whole vectors, by the engine, for few. tests/bench/README.md has what was measured.
 */
import { codeOf, wordsOf } from './codes.ts'
import { nthLargest } from './nth-largest.ts'
import { signsApart } from './signs-apart.ts'

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

  get bytes(): number {
    return this.codes.byteLength + this.has.byteLength + this.distances.byteLength
  }

  knows(ordinal: number): boolean {
    return this.has[ordinal] === 1
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
   * The ordinals of what to compare whole with a vector of length 1 to find its `count` nearest: by their codes the nearest `count` times
   * `timesCompared` or `shareCompared` among those accepted, and all that are as near as the last of them. In ascending order.
   */
  nearest(vector: Float32Array, count: number, accept: (ordinal: number) => boolean): number[] {
    const compared = Math.max(count * timesCompared, Math.ceil(this.ordinals * shareCompared))
    const weighed = Math.max(compared * timesWeighed, Math.ceil(this.ordinals * shareWeighed))
    return this.bestByProducts(vector, this.nearestBySigns(codeOf(vector), weighed, accept), compared)
  }

  /** The cosines of a vector of length 1 with vectors of which only the code is known, by ordinal: they err by about 0.04. */
  cosinesWith(vector: Float32Array): ((ordinal: number) => number) | undefined {
    const { words, codes } = this
    if (wordsOf(vector.length) !== words) return undefined
    const sums = sumsOfSet(vector, words)
    const all = vector.reduce((sum, value) => sum + value, 0)
    // A number of a vector of length 1 lies sqrt(2 / (pi * dimensions)) from 0 on average.
    const scale = Math.sqrt(Math.PI / (2 * vector.length))
    return (ordinal) => scale * ((2 * sumOfSet(sums, codes, ordinal * words, words)) / unit - all)
  }

  /** The ordinals of the `count` accepted codes with fewest signs that differ, and of all that are as near as the last of them. */
  private nearestBySigns(code: Uint32Array, count: number, accept: (ordinal: number) => boolean): number[] {
    const { words, codes, has } = this
    if (this.distances.length < this.ordinals) this.distances = new Uint16Array(has.length)
    const { distances } = this
    signsApart(codes.subarray(0, this.ordinals * words), code, distances)
    const far = words * 32
    const counts = new Uint32Array(far + 1)
    for (let at = 0; at < this.ordinals; at++) {
      if (has[at] === 1) counts[distances[at] as number] = (counts[distances[at] as number] as number) + 1
    }
    // Mostly as good as all are accepted: only those near enough are asked after.
    const found = this.within(reach(counts, count), accept)
    if (found.length >= count) return found
    counts.fill(0)
    for (let at = 0; at < this.ordinals; at++) {
      if (has[at] === 1 && accept(at)) counts[distances[at] as number] = (counts[distances[at] as number] as number) + 1
    }
    return this.within(reach(counts, count), accept)
  }

  private within(furthest: number, accept: (ordinal: number) => boolean): number[] {
    const { has, distances } = this
    const found: number[] = []
    for (let at = 0; at < this.ordinals; at++) {
      if ((distances[at] as number) <= furthest && has[at] === 1 && accept(at)) found.push(at)
    }
    return found
  }

  /** Of `ordinals` the `count` whose signs have the largest product with the vector, and all that have one as large. */
  private bestByProducts(vector: Float32Array, ordinals: number[], count: number): number[] {
    if (ordinals.length <= count) return ordinals
    const { words, codes } = this
    const sums = sumsOfSet(vector, words)
    // The sum where bits are set differs from the product with the signs by the same for all, and by a factor of 2.
    const products = productsOf(sums, codes, words, ordinals)
    const last = nthLargest(products.slice(), count)
    return ordinals.filter((_, i) => (products[i] as number) >= last)
  }
}

/** The distance within which `count` lie, of which `counts` says how many have each; the furthest where there are fewer. */
function reach(counts: Uint32Array, count: number): number {
  let furthest = 0
  for (let seen = counts[0] as number; seen < count && furthest < counts.length - 1; ) {
    seen += counts[++furthest] as number
  }
  return furthest
}

/**
 * What a sum is counted in: whole numbers are added in half the time. Of the numbers of a vector of length 1, of which there are at
 * most some 100,000, no sum leaves 32 bits, and no sum is off by as much as a hundredth of what a code's estimate is.
 */
const unit = 2 ** 22

function productsOf(sums: Int32Array, codes: Uint32Array, words: number, ordinals: readonly number[]): Float32Array {
  const products = new Float32Array(ordinals.length)
  for (let place = 0; place < ordinals.length; place++) {
    products[place] = sumOfSet(sums, codes, (ordinals[place] as number) * words, words)
  }
  return products
}

/** The sum of a vector's numbers, in units, where the code that begins at `begin` has its bits set. `sums`: of `sumsOfSet`. */
function sumOfSet(sums: Int32Array, codes: Uint32Array, begin: number, words: number): number {
  let sum = 0
  for (let i = 0; i < words; i++) {
    const word = codes[begin + i] as number
    const from = i * 1024
    sum =
      (sum +
        (sums[from + (word & 255)] as number) +
        (sums[from + 256 + ((word >>> 8) & 255)] as number) +
        (sums[from + 512 + ((word >>> 16) & 255)] as number) +
        (sums[from + 768 + (word >>> 24)] as number)) |
      0
  }
  return sum
}

/** For each eight numbers of a vector and each byte: the sum of the numbers whose bits are set, in units. */
function sumsOfSet(vector: Float32Array, words: number): Int32Array {
  const sums = new Int32Array(words * 4 * 256)
  for (let from = 0, first = 0; from < sums.length; from += 256, first += 8) {
    for (let bit = 0; bit < 8; bit++) {
      const value = Math.round((vector[first + bit] ?? 0) * unit)
      for (let low = 0; low < 1 << bit; low++) sums[from + (1 << bit) + low] = (sums[from + low] as number) + value
    }
  }
  return sums
}
