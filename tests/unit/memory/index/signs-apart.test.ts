import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { signsApart, signsApartInScript, signsApartInWasm } from '../../../../src/memory/index/signs-apart.ts'

const word = fc.nat(2 ** 32 - 1)

/** Counted the plain way. */
const bitsApart = (left: readonly number[], right: readonly number[]) =>
  left.reduce((sum, one, at) => sum + ((one ^ (right[at] ?? 0)) >>> 0).toString(2).replaceAll('0', '').length, 0)

test.each([
  { count: signsApart, times: 1 },
  { count: signsApartInScript, times: 1 },
  { count: signsApartInWasm, times: 2 },
])('the bits that differ are counted, of codes of any length: %p', ({ count, times }) => {
  const codes = fc
    .integer({ min: 1, max: 24 })
    .map((number) => number * times)
    .chain((words) => fc.array(fc.array(word, { minLength: words, maxLength: words }), { minLength: 1, maxLength: 20 }))
  fc.assert(
    fc.property(codes, ([code = [], ...others]) => {
      const into = new Uint16Array(others.length)
      count(Uint32Array.from(others.flat()), Uint32Array.from(code), into)
      expect([...into]).toEqual(others.map((one) => bitsApart(one, code)))
    }),
  )
})

test('more codes than lie before the module at once: both count the same to the last', () => {
  const words = 12
  const codes = Uint32Array.from({ length: 50_000 * words }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0)
  const code = codes.slice(7 * words, 8 * words)
  const [wasm, script] = [new Uint16Array(50_000), new Uint16Array(50_000)]
  signsApartInWasm(codes, code, wasm)
  signsApartInScript(codes, code, script)
  expect(wasm).toEqual(script)
  expect(wasm[7]).toBe(0)
})

test('where there is no WebAssembly it is counted all the same', () => {
  const kept = globalThis.WebAssembly
  const into = new Uint16Array(1)
  try {
    Reflect.deleteProperty(globalThis, 'WebAssembly')
    signsApart(Uint32Array.of(0b1011), Uint32Array.of(0b0001), into)
  } finally {
    globalThis.WebAssembly = kept
  }
  expect(into[0]).toBe(2)
})
