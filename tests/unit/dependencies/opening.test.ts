import { expect, test } from 'bun:test'
import { type Opening, openTogether } from '../../../src/dependencies/opening.ts'

test('where one part does not open, those before it are closed, and its failure is told though closing fails too', async () => {
  const closed: string[] = []
  const open = async (opening: Opening) => {
    opening.onClose(() => void closed.push('first'))
    opening.onClose(async () => {
      closed.push('second')
      throw new Error('closing')
    })
    throw new Error('the third does not open')
  }
  await expect(openTogether(open)).rejects.toThrow('the third does not open')
  expect(closed).toEqual(['second', 'first'])
})

test('what opens stays open until it is closed', async () => {
  const closed: string[] = []
  const { close } = await openTogether(async (opening) => {
    opening.onClose(() => void closed.push('first'))
    return opening
  })
  expect(closed).toEqual([])
  await close()
  expect(closed).toEqual(['first'])
})
