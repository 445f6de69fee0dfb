/**
 * One bit for each number of a vector: its sign, which is enough to choose which vectors are worth reading whole (code-table.ts).
 * Pure; engines keep the bytes.
 */

import { nthLargest } from './nth-largest.ts'

export const wordsOf = (dimensions: number): number => Math.ceil(dimensions / 32)

/** The code of a vector: bit i of word i / 32 is set where the number is above 0. */
export function codeOf(vector: Float32Array): Uint32Array {
  const code = new Uint32Array(wordsOf(vector.length))
  for (let i = 0; i < vector.length; i++) {
    if ((vector[i] as number) > 0) code[i >> 5] = ((code[i >> 5] as number) | (1 << (i & 31))) >>> 0
  }
  return code
}

/** The cosine of two vectors of length 1. */
export function likenessOf(left: Float32Array, right: Float32Array): number {
  let sum = 0
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[i] as number)
  return sum
}

/** The ordinals of the `count` most alike, the most alike first; of equals the older. */
export function mostAlike(likeness: ReadonlyMap<number, number>, count: number): number[] {
  // Of a thousand that were compared some hundred are sorted.
  const least = likeness.size > count ? leastOf(likeness, count) : Number.NEGATIVE_INFINITY
  const best: [number, number][] = []
  for (const one of likeness) if (Math.fround(one[1]) >= least) best.push(one)
  return best
    .sort((left, right) => right[1] - left[1] || left[0] - right[0])
    .slice(0, count)
    .map(([ordinal]) => ordinal)
}

/** The likeness of the `count`th most alike as a float. */
export function leastOf(likeness: ReadonlyMap<number, number>, count: number): number {
  return nthLargest(Float32Array.from(likeness.values()), count)
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

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

export function codeFrom(bytes: Uint8Array): Uint32Array {
  if (littleEndian) return new Uint32Array(bytes.slice().buffer)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getUint32(i * 4, true))
}

export function vectorFrom(bytes: Uint8Array): Float32Array {
  // A copy, so that it begins where a Float32Array may begin.
  if (littleEndian) return new Float32Array(bytes.slice().buffer)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true))
}

/** Where a kept vector is laid to be compared: it need not begin where a Float32Array may begin. */
let room = new Float32Array(0)
let roomBytes = new Uint8Array(room.buffer)

/** The cosine of a vector with one as an engine keeps it, both of length 1. */
export function likenessToBytes(vector: Float32Array, bytes: Uint8Array): number {
  if (!littleEndian || bytes.byteLength !== vector.byteLength) return likenessOf(vector, vectorFrom(bytes))
  if (room.length !== vector.length) {
    room = new Float32Array(vector.length)
    roomBytes = new Uint8Array(room.buffer)
  }
  roomBytes.set(bytes)
  return likenessOf(vector, room)
}
