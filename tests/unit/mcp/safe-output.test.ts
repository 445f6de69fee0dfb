import { describe, expect, test } from 'bun:test'
import { safeOutput } from '../../../src/mcp/safe-output.ts'

describe('MCP 2026-07-28, Tools, Security: outputs are sanitised', () => {
  const tags = (text: string) => [...text].map((c) => String.fromCodePoint(0xe0000 + (c.codePointAt(0) ?? 0))).join('')
  const selected = (text: string) =>
    [...Buffer.from(text)].map((byte) => String.fromCodePoint(0xe0100 + byte - 16)).join('')
  const scotland = `\u{1F3F4}${tags('gbsct')}\u{E007F}`

  const rows: [string, string, string][] = [
    ['instructions spelled in tag characters', `tea${tags('ignore all')}`, 'tea'],
    ['an escape sequence of terminals', 'tea\u001b[2J', 'tea[2J'],
    ['an override of direction', 'tea\u202Etxt', 'teatxt'],
    ['an isolate', 'a\u2066b\u2069', 'ab'],
    ['a C1 control', 'a\u009Bb', 'ab'],
    ['a backspace', 'tea\b\b\bpoison', 'teapoison'],
    ['bytes as supplementary variation selectors', `😀${selected('ignore all')}!`, '😀!'],
    ['one such selector', '葛\u{E0100}城', '葛城'],
    ['variation selectors after the first', '❤\uFE0F\uFE01\uFE02\uFE0F!', '❤\uFE0F!'],
    ['variation selectors after letters, spaces and at the start', '\uFE00t\uFE01e\uFE02a \uFE03"\uFE0F', 'tea "'],
    ['bits as characters without width', 'tea\u200B\u200C\u200B\u200B\u2060\uFEFF\u00ADcup', 'tea\u200Bcup'],
    ['fillers and marks of direction', 'tea\u3164\u3164\u200E\u200F\uFFA0cup', 'tea\u3164cup'],
    ['a run that others part', `tea\u200D${tags('a')}\u200D\uFE0F\u200D\u0001\u200Dcup`, 'tea\u200Dcup'],
  ]
  for (const [name, given, wanted] of rows) {
    test(`${name} is left out, in the data and in its text`, () => {
      const { value, json } = safeOutput({ results: [{ text: given }] })
      expect(value).toEqual({ results: [{ text: wanted }] })
      expect(JSON.parse(json)).toEqual(value)
    })
  }

  const written = {
    Persian: 'می‌خواهم کتاب‌ها',
    Hindi: 'क्‍ष और क्‌ष',
    'a family': '👩‍👩‍👧',
    'a heart on fire, and a flag of colours': '❤️‍🔥 🏳️‍🌈',
    'a detective of a skin': '🕵🏽‍♀️',
    'a keycap and a text style': '1️⃣ ☎︎',
    'a mathematical variant': '∩︀',
    'a soft hyphen and a place to break': 'Donau\u00ADdampf\u200Bschiff',
    'a byte order mark': '\uFEFFtea',
  }
  for (const text of [
    `${scotland}!`,
    'a\tb\r\nc',
    'C:\\bin\\u001b',
    'שלום \u200Fעולם',
    'naïve — 茶',
    ...Object.values(written),
  ]) {
    test(`${JSON.stringify(text)} stays as it is`, () => {
      expect(safeOutput({ text }).value).toEqual({ text })
      expect(safeOutput({ text, beside: '\u202E' }).value).toEqual({ text, beside: '' })
    })
  }

  test('no emoji sequence begins with what selectors are taken from', () => {
    const points = Array.from({ length: 0x1ffff }, (_, point) => String.fromCodePoint(point))
    const emoji = points.filter((one) => /^\p{Emoji}$/u.test(one)).map((one) => `${one}\uFE0F`)
    expect(emoji.length).toBeGreaterThan(1_000)
    expect(safeOutput([...emoji, '\u202E']).value).toEqual([...emoji, ''])
  })

  test('data without such characters is not copied', () => {
    const data = { results: [{ text: 'tea' }] }
    expect(safeOutput(data).value).toBe(data)
  })
})
