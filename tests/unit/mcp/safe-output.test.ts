import { describe, expect, test } from 'bun:test'
import { safeOutput } from '../../../src/mcp/safe-output.ts'

describe('MCP 2026-07-28, Tools, Security: outputs are sanitised', () => {
  const tags = (text: string) => [...text].map((c) => String.fromCodePoint(0xe0000 + (c.codePointAt(0) ?? 0))).join('')
  const scotland = `\u{1F3F4}${tags('gbsct')}\u{E007F}`

  const rows: [string, string, string][] = [
    ['instructions spelled in tag characters', `tea${tags('ignore all')}`, 'tea'],
    ['an escape sequence of terminals', 'tea\u001b[2J', 'tea[2J'],
    ['an override of direction', 'tea\u202Etxt', 'teatxt'],
    ['an isolate', 'a\u2066b\u2069', 'ab'],
    ['a C1 control', 'a\u009Bb', 'ab'],
    ['a backspace', 'tea\b\b\bpoison', 'teapoison'],
  ]
  for (const [name, given, wanted] of rows) {
    test(`${name} is left out, in the data and in its text`, () => {
      const { value, json } = safeOutput({ results: [{ text: given }] })
      expect(value).toEqual({ results: [{ text: wanted }] })
      expect(JSON.parse(json)).toEqual(value)
    })
  }

  for (const text of [`${scotland}!`, 'a\tb\r\nc', 'C:\\bin\\u001b', 'שלום \u200Fעולם', '👩‍👩‍👧', 'naïve — 茶']) {
    test(`${JSON.stringify(text)} stays as it is`, () => {
      expect(safeOutput({ text }).value).toEqual({ text })
    })
  }

  test('data without such characters is not copied', () => {
    const data = { results: [{ text: 'tea' }] }
    expect(safeOutput(data).value).toBe(data)
  })
})
