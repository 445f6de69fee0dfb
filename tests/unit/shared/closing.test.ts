import { expect, test } from 'bun:test'
import { thenClosed } from '../../../src/shared/closing.ts'

const failsOf = (message: string) => async () => {
  throw new Error(message)
}

test('what was opened is closed behind the work on it, and a failure is told, of the work before that of closing', async () => {
  let closed = 0
  expect(
    await thenClosed(
      () => void closed++,
      async () => 'done',
    ),
  ).toBe('done')
  await expect(thenClosed(() => void closed++, failsOf('the cause'))).rejects.toThrow('the cause')
  expect(closed).toBe(2)
  await expect(thenClosed(failsOf('closing'), failsOf('the cause'))).rejects.toThrow('the cause')
  await expect(thenClosed(failsOf('closing'), async () => 'done')).rejects.toThrow('closing')
})
