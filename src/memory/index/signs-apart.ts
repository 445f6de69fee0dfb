/**
 * Counts signs that differ, in WebAssembly: it has an instruction that counts a word's bits, for which JavaScript needs twelve, and
 * this is what all codes of an owner are asked. The module is a loop, put together here from its few instructions
 * (WebAssembly Core Specification 2.0, section 5); each owner's codes are laid before it part by part.
 */

type Apart = (at: number, end: number, code: number, bytes: number, into: number) => void

const pageBytes = 65_536
const pages = 16

const [i32, i64] = [0x7f, 0x7e]
const [at, end, code, bytes, into, word, sum] = [0, 1, 2, 3, 4, 5, 6] as const
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const tee = (local: number) => [0x22, local]
const constant = (value: number) => [0x41, value]
const [add, lessThan] = [[0x6a], [0x49]]
const none64 = [0x42, 0]
const [add64, xor64, countBits64, low32] = [[0x7c], [0x85], [0x7b], [0xa7]]
const load64 = [0x29, 3, 0]
const store16 = [0x3b, 1, 0]
const again = (...body: readonly (readonly number[])[]) => [0x03, 0x40, ...body.flat(), 0x0d, 0, 0x0b]
const plus = (local: number, by: readonly number[]) => [...get(local), ...by, ...add]

/** For each code from `at` to `end`: the sum over its words, two at a time, 16 bits at `into`. */
const loop = again(
  constant(0),
  set(word),
  none64,
  set(sum),
  again(
    get(sum),
    [...plus(at, get(word)), ...load64],
    [...plus(code, get(word)), ...load64],
    [...xor64, ...countBits64, ...add64],
    set(sum),
    [...plus(word, constant(8)), ...tee(word)],
    [...get(bytes), ...lessThan],
  ),
  [...get(into), ...get(sum), ...low32, ...store16],
  [...plus(into, constant(2)), ...set(into)],
  [...plus(at, get(bytes)), ...tee(at)],
  [...get(end), ...lessThan],
)

const text = (characters: string) => [characters.length, ...new TextEncoder().encode(characters)]
/** Everything here is shorter than 128, and so one byte in LEB128. */
const sized = (content: readonly number[]) => [content.length, ...content]
const section = (id: number, content: readonly number[]) => [id, ...sized(content)]
const moduleBytes = () =>
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, pages]),
    ...section(7, [2, ...text('memory'), 2, 0, ...text('apart'), 0, 0]),
    ...section(10, [1, ...sized([2, 1, i32, 1, i64, ...loop, 0x0b])]),
  ])

let made: { readonly apart: Apart; readonly memory: ArrayBuffer } | undefined
/** Made by the first search by meaning: a start does not wait for it. */
function module() {
  if (made !== undefined) return made
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()))
  made = { apart: exports.apart as Apart, memory: (exports.memory as WebAssembly.Memory).buffer }
  return made
}

/** How many bits of each of `codes`, which lie one behind another, differ from `code`: in `into`, by place. */
export function signsApart(codes: Uint32Array, code: Uint32Array, into: Uint16Array): void {
  // V8 has none where it may make no code (--jitless).
  if (typeof WebAssembly === 'undefined' || !inPairs(code)) signsApartInScript(codes, code, into)
  else signsApartInWasm(codes, code, into)
}

/** Whether a code's words can be counted two at a time: all models known to us have vectors of which they can. */
const inPairs = (code: Uint32Array): boolean => code.length % 2 === 0

/** The same in JavaScript: bits counted in pairs, in fours and in bytes (Hacker's Delight, section 5-1). */
export function signsApartInScript(codes: Uint32Array, code: Uint32Array, into: Uint16Array): void {
  const words = code.length
  for (let place = 0, at = 0; at < codes.length; place++, at += words) {
    let sum = 0
    for (let word = 0; word < words; word++) {
      let bits = (codes[at + word] as number) ^ (code[word] as number)
      bits -= (bits >>> 1) & 0x55555555
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
      sum += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
    }
    into[place] = sum
  }
}

/** The same for codes of an even number of words. */
export function signsApartInWasm(codes: Uint32Array, code: Uint32Array, into: Uint16Array): void {
  const { apart, memory } = module()
  const codeBytes = code.byteLength
  const count = codes.length / code.length
  const atOnce = Math.floor((pages * pageBytes - codeBytes) / (codeBytes + 2))
  const words = new Uint32Array(memory)
  words.set(code)
  for (let from = 0; from < count; from += atOnce) {
    const part = Math.min(atOnce, count - from)
    words.set(codes.subarray(from * code.length, (from + part) * code.length), code.length)
    const behind = codeBytes + part * codeBytes
    apart(codeBytes, behind, 0, codeBytes, behind)
    into.set(new Uint16Array(memory, behind, part), from)
  }
}
