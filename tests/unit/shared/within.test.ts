import { expect, test } from 'bun:test'
import { late, within } from '../../../src/shared/within.ts'

test('work that is done in time is given, its failure too, and what takes longer is late', async () => {
  expect(await within(1_000, Promise.resolve(1))).toBe(1)
  await expect(within(1_000, Promise.reject(new TypeError('wrong')))).rejects.toThrow('wrong')
  expect(await within(5, new Promise(() => {}))).toBe(late)
})

test('work that fails once nobody waits any more ends nothing', async () => {
  const work = Bun.sleep(20).then(() => Promise.reject(new TypeError('too late')))
  expect(await within(1, work)).toBe(late)
  await Bun.sleep(30)
})
