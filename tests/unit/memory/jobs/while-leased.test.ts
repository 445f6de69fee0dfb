import { expect, test } from 'bun:test'
import { whileLeased } from '../../../../src/memory/jobs/while-leased.ts'

test('a lease is renewed again and again while the work goes on, whatever becomes of a renewal, and not after it', async () => {
  let renewed = 0
  const renew = async () => {
    renewed++
    throw new Error('the engine does not answer')
  }
  const work = async () => {
    while (renewed < 3) await Bun.sleep(1)
    return 'done'
  }
  expect(await whileLeased(renew, work, 5)).toBe('done')
  const then = renewed
  await Bun.sleep(30)
  expect(renewed).toBe(then)
})

test('a renewal under way is waited for, so that none comes after what the work wrote; a failure of the work is its own', async () => {
  const steps: string[] = []
  const renew = async () => {
    steps.push('renewing')
    await Bun.sleep(20)
    steps.push('renewed')
  }
  const work = async () => {
    while (steps.length === 0) await Bun.sleep(1)
    throw new Error('the model does not answer')
  }
  await expect(whileLeased(renew, work, 5)).rejects.toThrow('the model')
  expect(steps).toEqual(['renewing', 'renewed'])
})
