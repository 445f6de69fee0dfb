/** Texts made to take long: whoever may write must not be able to hold up everybody else. */
import { describe, expect, test } from 'bun:test'
import { documentRecords } from '../../../src/memory/backup/document.ts'
import { isEcho } from '../../../src/memory/echo.ts'
import { charactersRead, entitiesIn } from '../../../src/memory/extract/rules.ts'
import { linkedMentions } from '../../../src/memory/graph/knowledge.ts'
import { noAnnotations } from '../../../src/memory/graph/schema.ts'
import { readQuestion } from '../../../src/memory/rank/question.ts'
import { limits, type Memory } from '../../../src/memory/schema.ts'
import { maskSecrets } from '../../../src/memory/secrets.ts'
import { analyze } from '../../../src/memory/text/analyze.ts'
import { normalize } from '../../../src/memory/text/words.ts'
import { growthOf, withTheLength } from '../../support/growth.ts'

const filled = (unit: string, characters: number) =>
  unit.repeat(Math.ceil(characters / unit.length)).slice(0, characters)

test('what grows with the square of its input is told from what grows with its length', async () => {
  const walk = (steps: number) => {
    let sum = 0
    for (let n = 0; n < steps; n++) sum = (sum * 31 + n) % 1_000_003
    return sum
  }
  expect(await growthOf((size) => walk(size * 100), 30_000)).toBeLessThan(withTheLength)
  expect(await growthOf((size) => walk(size * size), 3_000)).toBeGreaterThan(withTheLength)
})

describe('the longest text that may be stored, and the longest question', () => {
  test.each(['a', 'y', 'ing', "a'", 'a\u0301', 'ال', 'a-', '1.', ' '])(
    'one word of %p without end is cut before it is stemmed',
    async (unit) => {
      const growth = await growthOf((size) => analyze(filled(unit, size)), limits.textCharacters)
      expect(growth).toBeLessThan(withTheLength)
    },
  )

  test.each(['a-', 'a.', 'a+', '1 ', '://', 'password ', 'Bearer ', '-----BEGIN PRIVATE KEY-----', '-eyJ'])(
    'secrets are looked for in %p without end',
    async (unit) => {
      const growth = await growthOf((size) => maskSecrets(filled(unit, size)), limits.textCharacters)
      expect(growth).toBeLessThan(withTheLength)
    },
  )

  test('a text of characters that NFKC makes eighteen of is analysed as far as others are', () => {
    expect(normalize(filled('\uFDFA', limits.textCharacters))).toHaveLength(2 * limits.textCharacters)
  })

  test('secrets are looked for in a password of dots without end', async () => {
    const growth = await growthOf((size) => maskSecrets(`password: ${filled('.', size - 11)}a`), 20_000)
    expect(growth).toBeLessThan(withTheLength)
  })

  test.each(['A ', 'Aa de la ', 'a@', 'a@b.', 'http://', 'https://a.b/ ', '1 May ', '2023-01-0', 'Aa-'])(
    'entities are looked for in %p without end',
    async (unit) => {
      // No more than that is read.
      const growth = await growthOf((size) => entitiesIn(filled(unit, size)), charactersRead)
      expect(growth).toBeLessThan(withTheLength)
    },
  )

  test('a name that is inside of words everywhere is looked for at a hundred places', () => {
    const speaker = { kind: 'self' } as const
    const names = [{ key: 'a', name: 'a', kind: 'other', origin: 'given' }] as const
    const linked = (inside: number) =>
      linkedMentions({ content: `${'ab '.repeat(inside)}a`, speaker, annotations: noAnnotations }, names)
    expect(linked(99)).toEqual([])
    expect(linked(100)).toEqual([...names])
  })

  test.each(['1 day ', '1 day before a ', 'the week of a ', 'today ', 'in 1 year and ', '1/1/'])(
    'dates are looked for in %p without end',
    async (unit) => {
      const growth = await growthOf((size) => readQuestion(filled(unit, size), [0], 0), limits.queryCharacters)
      expect(growth).toBeLessThan(withTheLength)
    },
  )
})

test('an export that links one memory to 60,000 categories is read in time by its length', async () => {
  const documentOf = (links: number) => ({
    memories: [{ id: 'm', content: 'text' }],
    categories: [{ id: 'c', name: 'home' }],
    memory_categories: Array(links).fill({ memory_id: 'm', category_id: 'c' }),
  })
  const documents = new Map([60_000 / 16, 60_000].map((links) => [links, documentOf(links)]))
  const read = (links: number) => [...documentRecords(documents.get(links), () => new Error('no export'))]
  expect(await growthOf(read, 60_000)).toBeLessThan(withTheLength)
})

test('texts of one call are compared with two hundred long memories that were just recalled', async () => {
  const content = filled('a word and  another ', limits.textCharacters)
  const recalled = Array.from({ length: 200 }, (_, place) => ({ content: `${place} ${content}`, categories: [] }))
  const asMemories = recalled as unknown as readonly Memory[]
  const all = (texts: number) => Array.from({ length: texts }, (_, place) => isEcho(`text ${place}`, asMemories))
  expect(await growthOf(all, 1_000)).toBeLessThan(withTheLength)
})

test('a long text is compared with a recalled one that is like it up to the middle everywhere', async () => {
  const compared = (size: number) => {
    const content = `${filled('a', size / 4)}b\`${filled('a', size / 4)}`
    return isEcho(`x ${filled('a', size)}`, [{ content, categories: [] }] as unknown as readonly Memory[])
  }
  expect(await growthOf(compared, limits.textCharacters)).toBeLessThan(withTheLength)
})
