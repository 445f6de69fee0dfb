import { describe, expect, test } from 'bun:test'
import { cut } from '../../../src/memory/content.ts'
import { isEcho } from '../../../src/memory/echo.ts'
import { memoryOf } from '../../support/memories.ts'

const viola = memoryOf('Ada plays the viola in an orchestra.', { categories: ['music'] })
const lyon = memoryOf('Ada was born in Lyon in the year 1990.')

describe('text that this server itself returned moments ago is not stored again', () => {
  test('one memory, word for word', () => {
    expect(isEcho('  Ada plays the viola\nin an orchestra. ', [viola])).toBe(true)
  })

  test('a result as JSON, with its ids, dates and field names', () => {
    const shown = {
      results: [{ id: viola.id, text: viola.content, categories: ['music'], created_at: '2026-11-01T00:00:00Z' }],
    }
    expect(isEcho(JSON.stringify(shown), [viola, lyon])).toBe(true)
  })

  test('several memories as a list under a heading', () => {
    expect(isEcho(`What I know about you:\n- ${viola.content}\n- ${lyon.content}`, [viola, lyon])).toBe(true)
  })

  test('the cut beginning of a long memory, as brief results show it', () => {
    const long = memoryOf(`The trip to Norway ${'and further north along the coast '.repeat(60)}ended in Tromsø.`)
    expect(isEcho(cut(long.content, 500), [long])).toBe(true)
  })

  test('a memory with something new beside it is stored', () => {
    expect(isEcho(`${viola.content} She also conducts.`, [viola, lyon])).toBe(false)
  })

  test('a memory that is taken back is stored', () => {
    expect(isEcho(`Not true any more: ${viola.content}`, [viola])).toBe(false)
  })

  test('a part of a memory may mean the opposite, so it is stored', () => {
    const negated = memoryOf('It is not true that Ada lives in Paris with her two cats.')
    expect(isEcho('Ada lives in Paris with her two cats.', [negated])).toBe(false)
  })

  test('nothing was recalled, so nothing is an echo', () => {
    expect(isEcho(viola.content, [])).toBe(false)
  })
})
