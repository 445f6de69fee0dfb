import { expect, test } from 'bun:test'
import { atFirstUse } from '../../../src/shared/at-first-use.ts'

test('what is opened at its first use is opened once however many ask, and again after a failure', async () => {
  const attempts: string[] = []
  const use = atFirstUse(async () => {
    attempts.push('open')
    if (attempts.length === 1) throw new Error('away for a moment')
    return attempts.length
  })
  const first = await Promise.allSettled([use(), use()])
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(attempts).toHaveLength(1)
  expect(await Promise.all([use(), use()])).toEqual([2, 2])
  expect(await use()).toBe(2)
})
