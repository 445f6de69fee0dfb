import { describe, expect, test } from 'bun:test'
import { OwnerFacts } from '../../../../src/memory/index/facts.ts'
import { nameParts, speakerNames, withoutNames } from '../../../../src/memory/rank/speaker-names.ts'
import { analyzeQuestion } from '../../../../src/memory/text/analyze.ts'
import type { ClientId } from '../../../../src/shared/brand.ts'

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

test('Names of those who speak are known from what may be seen, and from nothing else', () => {
  const facts = new OwnerFacts()
  for (const [ordinal, speakerName] of ['Gina', 'Jon'].entries()) {
    facts.put({
      ...{ ordinal, position: ordinal, threadId: 'a talk', length: 1, language: 0, traits: 0, categories: [] },
      ...{ speakerKind: 'other', speakerName, appId: 'app' as ClientId, state: 'active' },
      ...{ occurredAt: undefined, createdAt: ordinal, validFrom: 0, validTo: undefined },
    })
  }
  expect([...speakerNames(facts, Uint8Array.of(1, 1))]).toEqual(['gina', 'jon'])
  expect([...speakerNames(facts, Uint8Array.of(1, 0))]).toEqual(['gina'])
  expect([...speakerNames(facts, Uint8Array.of(0, 0))]).toEqual([])
})
