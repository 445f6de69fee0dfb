import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { readCarried } from '../../../src/shared/carried-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const specifier = 'swagger-ui-dist/swagger-ui.css'
const released = readFileSync(join(import.meta.dir, '../../../node_modules', specifier))

test('a file is read as released, beside its package and packed in the executable', async () => {
  const packed = join(temporaryFolder('carried'), 'packed.css')
  writeFileSync(packed, zstdCompressSync(released))
  const plain = () => import('swagger-ui-dist/swagger-ui.css', { with: { type: 'file' } })
  expect(released.equals(await readCarried(specifier, plain))).toBe(true)
  expect(released.equals(await readCarried(specifier, async () => ({ default: packed })))).toBe(true)
})
