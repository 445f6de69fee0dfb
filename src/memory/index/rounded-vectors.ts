/**
 * Vectors rounded to 8 bits a number, as a process keeps them of an owner's items: a quarter of the bytes, and how far a cosine by them
 * may be off is known, so that only what may be in the answer is read whole. Pure.
 */

/** What an owner's take at most; 125,000 vectors of 384 numbers. Of further items whole vectors are read. */
const mostBytesUsually = 48 * 1024 * 1024
/** Room is taken for so many at once: ordinals follow one another. */
const chunkItems = 256
const greatest = 127
/**
 * A number is off by half a step at most, and as likely by any part of it. That a question of length 1 sums these to more than t steps
 * has a probability below 2 exp(-6 t^2), whatever the dimensions are: such numbers sum as normal ones of a variance of 1/12 do at most
 * (Arbel, Marchal and Nguyen, On Strict Sub-Gaussianity, 2020). With this 2 exp(-18).
 */
const stepsOff = Math.sqrt(3)
/** Sums of floats in another order differ by less. */
const slack = 1e-6

/** A rounded vector as an engine keeps it: its step and how far it lies from the whole one, two floats, little end first; its numbers. */
const headBytes = 8

/** What is kept of a vector of length 1 to have it rounded without reading it whole: `headBytes` and a byte for each of its numbers. */
export function roundedBytes(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(headBytes + vector.length)
  const { step, apart } = round(vector, new Int8Array(bytes.buffer, headBytes))
  const head = new DataView(bytes.buffer)
  head.setFloat32(0, step, true)
  head.setFloat32(4, apart, true)
  return bytes
}

/** Rounds a vector into `numbers`: what a number stands for is it times `step`. `apart`: the distance from the whole vector. */
function round(vector: Float32Array, numbers: Int8Array): { readonly step: number; readonly apart: number } {
  let most = 0
  for (let i = 0; i < vector.length; i++) most = Math.max(most, Math.abs(vector[i] as number))
  const step = Math.fround(most / greatest)
  let apart = 0
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i] as number
    const number = step === 0 ? 0 : Math.max(-greatest, Math.min(greatest, Math.round(value / step)))
    numbers[i] = number
    apart += (value - number * step) ** 2
  }
  return { step, apart: Math.sqrt(apart) }
}

/** A question of length 1 in whole numbers, as large as they may be so that no sum of products leaves 32 bits. */
function roundedQuestion(vector: Float32Array): { readonly numbers: Int16Array; readonly step: number } {
  const most = vector.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0)
  const step = most / greatestOfQuestion(vector.length)
  return { numbers: Int16Array.from(vector, (value) => (step === 0 ? 0 : Math.round(value / step))), step }
}

const greatestOfQuestion = (dimensions: number): number =>
  Math.min(32_767, Math.floor((2 ** 31 - 1) / (greatest * Math.max(1, dimensions))))

/**
 * The sum of the products of a question's numbers and those from `from` on. A function of its own, in whole numbers and four sums, of
 * which none waits for another: a runtime compiles it early, and once.
 */
function product(question: Int16Array, numbers: Int8Array, from: number): number {
  const { length } = question
  let [first, second, third, fourth] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < length; i += 4) {
    first = (first + Math.imul(question[i] as number, numbers[from + i] as number)) | 0
    second = (second + Math.imul(question[i + 1] as number, numbers[from + i + 1] as number)) | 0
    third = (third + Math.imul(question[i + 2] as number, numbers[from + i + 2] as number)) | 0
    fourth = (fourth + Math.imul(question[i + 3] as number, numbers[from + i + 3] as number)) | 0
  }
  for (; i < length; i++) first = (first + Math.imul(question[i] as number, numbers[from + i] as number)) | 0
  return (first + second + third + fourth) | 0
}

interface Chunk {
  readonly numbers: Int8Array
  /** What a number stands for is it times this; NaN where there is no vector. */
  readonly steps: Float32Array
}

export class RoundedVectors {
  bytes = 0
  /** Whether there is no room for items of which there is none yet. */
  full = false
  private readonly mostBytes: number
  private readonly chunks: (Chunk | undefined)[] = []
  private dimensions = 0
  private longest = 0
  private widest = 0

  constructor(mostBytes = mostBytesUsually) {
    this.mostBytes = mostBytes
  }

  /**
   * How far a cosine with a vector of length 1 may be off: surely not by more than the longest distance of a vector from its rounded
   * one and of a question from its own (the inequality of Cauchy and Schwarz), and hardly ever by more than `stepsOff` steps of both.
   */
  get error(): number {
    const { dimensions } = this
    const stepOfQuestion = 1 / greatestOfQuestion(dimensions)
    const sure = this.longest + (Math.sqrt(dimensions) / 2) * stepOfQuestion * (1 + this.longest)
    return Math.min(sure, stepsOff * Math.hypot(this.widest, stepOfQuestion)) + slack
  }

  has(ordinal: number): boolean {
    return !Number.isNaN(this.chunkOf(ordinal)?.steps[ordinal % chunkItems] ?? Number.NaN)
  }

  /** Keeps a vector of length 1, where there is room. */
  put(ordinal: number, vector: Float32Array): void {
    const numbers = this.roomFor(ordinal, vector.length)
    if (numbers !== undefined) this.settle(ordinal, round(vector, numbers))
  }

  /** Keeps what `roundedBytes` made of one, where there is room. */
  putBytes(ordinal: number, bytes: Uint8Array): void {
    const numbers = this.roomFor(ordinal, bytes.length - headBytes)
    if (numbers === undefined) return
    numbers.set(new Int8Array(bytes.buffer, bytes.byteOffset + headBytes, numbers.length))
    const head = new DataView(bytes.buffer, bytes.byteOffset, headBytes)
    // A float holds the distance less exactly than it was measured.
    this.settle(ordinal, { step: head.getFloat32(0, true), apart: head.getFloat32(4, true) * (1 + 1e-6) })
  }

  /** The vector at an ordinal is another one, or none. */
  forget(ordinal: number): void {
    const chunk = this.chunkOf(ordinal)
    if (chunk === undefined) return
    const place = ordinal % chunkItems
    chunk.steps[place] = Number.NaN
    chunk.numbers.fill(0, place * this.dimensions, (place + 1) * this.dimensions)
  }

  /** The cosines of a vector of length 1 with those kept, by ordinal, hardly ever more than `error` off: see there; undefined where none is kept. */
  cosinesWith(vector: Float32Array): (ordinal: number) => number | undefined {
    const { dimensions } = this
    if (vector.length !== dimensions) return () => undefined
    const question = roundedQuestion(vector)
    return (ordinal) => {
      const chunk = this.chunkOf(ordinal)
      const place = ordinal % chunkItems
      const step = chunk?.steps[place] ?? Number.NaN
      if (chunk === undefined || Number.isNaN(step)) return undefined
      return product(question.numbers, chunk.numbers, place * dimensions) * step * question.step
    }
  }

  private roomFor(ordinal: number, dimensions: number): Int8Array | undefined {
    if (this.dimensions === 0) this.dimensions = dimensions
    const chunk = dimensions === this.dimensions ? (this.chunkOf(ordinal) ?? this.newChunk(ordinal)) : undefined
    const from = (ordinal % chunkItems) * dimensions
    return chunk?.numbers.subarray(from, from + dimensions)
  }

  private settle(ordinal: number, { step, apart }: { readonly step: number; readonly apart: number }): void {
    const chunk = this.chunkOf(ordinal)
    if (chunk !== undefined) chunk.steps[ordinal % chunkItems] = step
    this.longest = Math.max(this.longest, apart)
    this.widest = Math.max(this.widest, step)
  }

  private chunkOf(ordinal: number): Chunk | undefined {
    return this.chunks[Math.floor(ordinal / chunkItems)]
  }

  private newChunk(ordinal: number): Chunk | undefined {
    const size = chunkItems * (this.dimensions + 4)
    if (this.bytes + size > this.mostBytes) this.full = true
    if (this.full) return undefined
    const steps = new Float32Array(chunkItems).fill(Number.NaN)
    const chunk = { numbers: new Int8Array(chunkItems * this.dimensions), steps }
    this.chunks[Math.floor(ordinal / chunkItems)] = chunk
    this.bytes += size
    return chunk
  }
}
