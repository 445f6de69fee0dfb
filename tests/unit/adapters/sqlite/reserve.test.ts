/** Room that is set aside where the file for it is none, or not ours: what is told is that the disk is full, and nothing else. */
import { expect, test } from 'bun:test'
import { mkdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { reserveBeside } from '../../../../src/adapters/sqlite/reserve.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const mebibytes = (path: string) => statSync(path).size / 1024 ** 2

test('4 MB are set aside, given up once, and taken again', () => {
  const path = join(temporaryFolder('reserve'), 'notes.db')
  const reserve = reserveBeside(path)
  expect(mebibytes(`${path}-reserve`)).toBe(4)
  expect([reserve.giveUp(), reserve.giveUp()]).toEqual([true, false])
  expect(mebibytes(`${path}-reserve`)).toBe(0)
  reserve.take()
  expect(mebibytes(`${path}-reserve`)).toBe(4)
})

test.each<[string, (file: string) => void]>([
  ['cannot be opened', (file) => mkdirSync(join(file, 'inner'), { recursive: true })],
  ['cannot be looked at', (file) => symlinkSync(file, file)],
])('a file that %s is no room, and no error', (_, make) => {
  const path = join(temporaryFolder('reserve'), 'notes.db')
  make(`${path}-reserve`)
  const reserve = reserveBeside(path)
  expect(() => reserve.take()).not.toThrow()
  expect(reserve.giveUp()).toBe(false)
})
