/**
 * One bit for each number of a vector: its sign. The distance of two codes follows the angle of their vectors closely enough to
 * choose which vectors are worth reading whole. Pure; engines keep the bytes.
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

  /** The ordinals of the `count` nearest codes among those accepted, and of all that are as near as the last of them. */
  nearest(code: Uint32Array, count: number, accept: (ordinal: number) => boolean): number[] {
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
}

/** The cosine of two vectors of length 1. */
export function likenessOf(left: Float32Array, right: Float32Array): number {
  let sum = 0
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[i] as number)
  return sum
}

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
