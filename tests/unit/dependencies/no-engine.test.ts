/** Opening what a process needs, while an engine is not there: it is tried every two seconds for as long as that is so. */
import { expect, test } from 'bun:test'
import { loadConfig } from '../../../src/config/config.ts'
import { openDependencies } from '../../../src/dependencies.ts'
import { createLog } from '../../../src/shared/log.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('each try leaves nothing behind: no listener for the end of the process', async () => {
  const nowhere = { REDIS_URL: 'redis://127.0.0.1:1/0', DATA_DIR: temporaryFolder('no-engine') }
  const config = loadConfig(new Set(['mcp', 'api']), nowhere)
  const log = createLog('silent')
  const open = () => openDependencies(config, log)
  await expect(open()).rejects.toMatchObject({ kind: 'unavailable' })
  const before = process.listenerCount('exit')
  for (let tries = 0; tries < 3; tries++) await expect(open()).rejects.toMatchObject({ kind: 'unavailable' })
  expect(process.listenerCount('exit')).toBe(before)
})
