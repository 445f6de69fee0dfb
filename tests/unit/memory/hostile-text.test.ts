/** Texts made to take long: whoever may write must not be able to hold up everybody else. */
import { describe, expect, test } from 'bun:test'
import { strToU8, zipSync } from 'fflate'
import { recordsOf } from '../../../src/memory/backup/read-zip.ts'
import { isEcho } from '../../../src/memory/echo.ts'
import { readQuestion } from '../../../src/memory/rank/question.ts'
import { limits, type Memory } from '../../../src/memory/schema.ts'
import { maskSecrets } from '../../../src/memory/secrets.ts'
import { analyze } from '../../../src/memory/text/analyze.ts'

const filled = (unit: string, characters: number) =>
  unit.repeat(Math.ceil(characters / unit.length)).slice(0, characters)

async function millisecondsOf(work: () => unknown): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

describe('the longest text that may be stored, and the longest question', () => {
  test.each(['a', 'y', 'ing', "a'", 'a\u0301', 'ال', 'a-', '1.', ' '])(
    'one word of %p without end is cut before it is stemmed',
    async (unit) => {
      expect(await millisecondsOf(() => analyze(filled(unit, limits.textCharacters)))).toBeLessThan(2_000)
    },
  )

  test.each(['a-', 'a.', 'a+', '1 ', '://', 'password ', 'Bearer ', '-----BEGIN PRIVATE KEY-----'])(
    'secrets are looked for in %p without end',
    async (unit) => {
      expect(await millisecondsOf(() => maskSecrets(filled(unit, limits.textCharacters)))).toBeLessThan(2_000)
    },
  )

  test.each(['1 day ', 'today ', 'in 1 year and ', '1/1/'])('dates are looked for in %p without end', async (unit) => {
    const question = filled(unit, limits.queryCharacters)
    await readQuestion('yesterday', [0], 0) // loads what reads dates
    expect(await millisecondsOf(() => readQuestion(question, [0], 0))).toBeLessThan(300)
  })
})

test('an export that links one memory to 200,000 categories is read in time by its length', async () => {
  const links = Array(200_000).fill({ memory_id: 'm', category_id: 'c' })
  const document = {
    memories: [{ id: 'm', content: 'text' }],
    categories: [{ id: 'c', name: 'home' }],
    memory_categories: links,
  }
  const zip = zipSync({ 'memories.json': strToU8(JSON.stringify(document)) })
  expect(await millisecondsOf(() => [...recordsOf(zip)])).toBeLessThan(3_000)
})

test('a thousand texts in one call are compared with two hundred long memories that were just recalled', async () => {
  const content = filled('a word and  another ', limits.textCharacters)
  const recalled = Array.from({ length: 200 }, (_, place) => ({ content: `${place} ${content}`, categories: [] }))
  const asMemories = recalled as unknown as readonly Memory[]
  const all = () => Array.from({ length: 1_000 }, (_, place) => isEcho(`text ${place}`, asMemories))
  expect(await millisecondsOf(all)).toBeLessThan(4_000)
})
