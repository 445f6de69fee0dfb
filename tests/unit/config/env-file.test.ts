import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unreadInEnvFile } from '../../../src/config/env-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder('env-file')
const write = (text: string) => writeFileSync(join(folder, '.env'), text)

test('of a file .env the names are told that are ours and not set, each once, and no value', () => {
  write('# DATABASE_URL=x\nPORT=9000\nexport DATA_DIR="/data"\n  PORT = 1\nREDIS_URL_FILE=/r\nDJANGO_KEY=x\nHOST=\n')
  expect(unreadInEnvFile(folder, { HOST: '' })).toEqual(['PORT', 'DATA_DIR', 'REDIS_URL_FILE'])
})

test('given to the process, as by systemd, by a shell or by Bun from source, nothing is told', () => {
  write('PORT=9000\nDATA_DIR=/data\n')
  expect(unreadInEnvFile(folder, { PORT: '9000', DATA_DIR: '/data' })).toEqual([])
})

test('no file, a folder of that name, and a file of another program are nothing', () => {
  expect(unreadInEnvFile(join(folder, 'none'), {})).toEqual([])
  mkdirSync(join(folder, 'odd', '.env'), { recursive: true })
  expect(unreadInEnvFile(join(folder, 'odd'), {})).toEqual([])
  write('SECRET_KEY_BASE=1\n')
  expect(unreadInEnvFile(folder, {})).toEqual([])
})
