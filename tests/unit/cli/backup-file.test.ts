/** A backup file from anybody's hand: what is wrong with it is said by line and field, and it takes no more memory than a line of ours. */
import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readBackup } from '../../../src/cli/transfer/file.ts'
import { linesOf } from '../../../src/cli/transfer/lines.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder('backup-file')
const longestLineBytes = 16_000_000
const header = JSON.stringify({ souvenir: 'backup', format: 1, version: '0', at: '2026-01-01T00:00:00Z' })

async function faultOf(...lines: readonly string[]): Promise<Fault> {
  const path = join(folder, 'backup.gz')
  writeFileSync(path, gzipSync(`${[header, ...lines].join('\n')}\n`))
  const given: unknown[] = []
  try {
    await readBackup(path, async (records) => void given.push(...records))
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error(`it was taken: ${JSON.stringify(given)}`)
}

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

describe('The lines of a backup', () => {
  test('are the same in whatever pieces their bytes arrive', async () => {
    for (const size of [1, 2, 3, 7, 100]) {
      const lines = await Array.fromAsync(linesOf(chunked('first\n\nthird 🦦\u2028 and\nlast', size)))
      expect(lines).toEqual(['first', '', 'third 🦦\u2028 and', 'last'])
    }
  })

  test('end where one is too long: no more is read than that', async () => {
    let read = 0
    async function* endless() {
      for (;;) {
        read++
        yield Buffer.alloc(1_000, 'a')
      }
    }
    await expect(Array.fromAsync(linesOf(endless(), 10_000))).rejects.toThrow('Line 1 of the backup is longer than')
    expect(read).toBe(11)
  })

  test('a file of a megabyte that unpacks to one line of much more is refused with the line', async () => {
    const fault = await faultOf('a'.repeat(longestLineBytes + 1))
    expect([fault.kind, fault.code, fault.message]).toEqual([
      'invalid',
      'backup_broken',
      `Line 2 of the backup is longer than ${longestLineBytes} bytes.`,
    ])
  })

  test('what is no UTF-8 is refused with the line', async () => {
    const bytes = async function* () {
      yield Buffer.from([0x61, 0x0a, 0xff, 0x0a])
    }
    await expect(Array.fromAsync(linesOf(bytes()))).rejects.toThrow('Line 2 of the backup is not UTF-8.')
  })
})
