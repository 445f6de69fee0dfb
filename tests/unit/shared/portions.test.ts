import { expect, test } from 'bun:test'
import { oneByOne, portions } from '../../../src/shared/portions.ts'

function listOf(count: number) {
  const all = Array.from({ length: count }, (_, at) => ({ id: String(at).padStart(4, '0') }))
  const asked: number[] = []
  const list = async (limit: number, after = '') => {
    asked.push(limit)
    return all.filter(({ id }) => id > after).slice(0, limit)
  }
  return { all, asked, list }
}

test.each([0, 1, 500, 501, 1_000, 1_001])('of %p items each comes once and in order', async (count) => {
  const { all, list } = listOf(count)
  expect(await Array.fromAsync(oneByOne(list))).toEqual(all)
})

test('no more than a portion is held at once, and who stops asks for no more', async () => {
  const { asked, list } = listOf(1_200)
  for await (const items of portions(list)) {
    expect(items).toHaveLength(500)
    break
  }
  expect(asked).toEqual([500])
  expect((await Array.fromAsync(portions(list))).map(({ length }) => length)).toEqual([500, 500, 200])
})
