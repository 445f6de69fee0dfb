import { expect, test } from 'bun:test'
import { parseOptionalTime, timeInput } from '../../../src/memory/time.ts'

const pattern = new RegExp(String(timeInput('When.').pattern))

const times = ['2026-05-07', '2026-05-07T18:30Z', '2026-05-07 18:30:00.5+02:00', '2024-02-29T23:59:59z']
for (const text of times) {
  test(`RFC 3339: ${text} fits the schema and is a time`, () => {
    expect(pattern.test(text)).toBe(true)
    expect(Number.isFinite(parseOptionalTime(text, 'from'))).toBe(true)
  })
}

const noTimes = ['1078-25-05', '2026-04-31', '2026-05-07T24:00Z', '2026-05-07T13:60', '2026-05-07T13:45+2460', 'today']
for (const text of noTimes) {
  test(`${text} fits neither the schema nor the calendar`, () => {
    expect(pattern.test(text)).toBe(false)
    expect(() => parseOptionalTime(text, 'from')).toThrow('from is not a date or time')
  })
}

test('a leap day of another year is refused, though no schema says so', () => {
  expect(() => parseOptionalTime('2026-02-29', 'from')).toThrow('from is not a date or time')
})
