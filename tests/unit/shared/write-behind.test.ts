import { expect, test } from 'bun:test'
import { Fault } from '../../../src/shared/fault.ts'
import { createWriteBehind } from '../../../src/shared/write-behind.ts'

test('what waits is flushed together, again after an engine that was down, and goes once it is written', async () => {
  const flushes: (readonly string[])[] = []
  await new Promise<void>((resolve) => {
    const waiting = createWriteBehind<string, number>((keys) => {
      flushes.push(keys)
      if (flushes.length === 1) throw new Fault('unavailable', 'Not now.')
      waiting.written('ada', waiting.of('ada'))
      waiting.add('ada', [4])
      waiting.stop()
      expect(waiting.keys()).toEqual(['eve', 'ada'])
      expect(waiting.of('ada')).toEqual([4])
      resolve()
    })
    waiting.add('ada', [1, 2])
    waiting.add('eve', [3])
  })
  expect(flushes).toEqual([
    ['ada', 'eve'],
    ['ada', 'eve'],
  ])
})

test('what would be too many is flushed at once, and what never gets written is bounded, the newest kept', () => {
  let flushes = 0
  const waiting = createWriteBehind<string, number>(() => {
    flushes++
    throw new Fault('unavailable', 'Not now.')
  })
  const all = Array.from({ length: 10_500 }, (_, i) => i)
  waiting.add('ada', all)
  expect(flushes).toBe(1)
  waiting.stop()
  expect(waiting.of('ada')).toEqual(all.slice(500))
})

test('an error that nobody foresaw keeps what waits, ends nothing, and is told once', async () => {
  const told: unknown[] = []
  let flushes = 0
  await new Promise<void>((resolve) => {
    const waiting = createWriteBehind<string, number>(
      async (keys) => {
        flushes++
        if (flushes < 3) throw new TypeError('The engine says "ada likes tea" is wrong.')
        expect(keys.flatMap((key) => waiting.of(key))).toEqual([1])
        waiting.stop()
        resolve()
      },
      (error) => told.push(error),
    )
    waiting.add('ada', [1])
  })
  expect(told).toHaveLength(1)
})

test('of many keys together a bounded number waits; what has waited longest goes', () => {
  const waiting = createWriteBehind<number, number>(() => {
    throw new Fault('unavailable', 'Not now.')
  })
  for (let key = 0; key < 11; key++)
    waiting.add(
      key,
      Array.from({ length: 10_000 }, () => key),
    )
  expect(waiting.keys()).toEqual(Array.from({ length: 10 }, (_, at) => at + 1))
  waiting.stop()
})
