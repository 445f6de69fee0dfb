import { expect, test } from 'bun:test'
import { memoized } from '../../../src/shared/memoized.ts'

test('what was made of a text is kept, also an empty text, until there are as many as may be', () => {
  const made: string[] = []
  const initial = memoized(2, (text) => {
    made.push(text)
    return text.slice(0, 1)
  })
  expect(['ada', 'ada', '', ''].map(initial)).toEqual(['a', 'a', '', ''])
  expect(made).toEqual(['ada', ''])
  expect(['eve', 'ada', 'ada'].map(initial)).toEqual(['e', 'a', 'a'])
  expect(made).toEqual(['ada', '', 'eve', 'ada'])
})
