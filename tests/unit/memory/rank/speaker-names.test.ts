import { describe, expect, test } from 'bun:test'
import { nameParts, withoutNames } from '../../../../src/memory/rank/speaker-names.ts'
import { analyzeQuestion } from '../../../../src/memory/text/analyze.ts'

const names = new Set(['gina', 'jon', 'müller'])
const rest = (question: string) => withoutNames(question, analyzeQuestion(question, []).terms, names)

describe('A question without the names of speakers', () => {
  test.each([
    ['Where did Gina adopt a puppy?', 'Where did adopt a puppy?'],
    ["What is GINA's favourite book, and Jon's?", 'What is favourite book, and?'],
    ['Gina: what did you bake?', 'what did you bake?'],
    ['Was mag Müller am Meer?', 'Was mag am Meer?'],
  ])('%s', (question, expected) => {
    expect(rest(question)).toBe(expected)
  })

  test('names none, or asks of nothing else', () => {
    expect(rest('Where is the puppy?')).toBeUndefined()
    expect(rest('Who is Gina?')).toBeUndefined()
    expect(rest('Regina and jonquils')).toBeUndefined()
    expect(withoutNames('Where is Gina?', [], new Set())).toBeUndefined()
  })

  test('a single letter is no part of a name', () => {
    expect(nameParts('Ada  B Lovelace')).toEqual(['ada', 'lovelace'])
    expect(nameParts(undefined)).toEqual([])
  })
})
