import { expect, test } from 'bun:test'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { openDependencies } from '../../src/dependencies.ts'
import { createLog } from '../../src/shared/log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('/metrics: a queue that cannot be read leaves the others as they are, and is logged once', async () => {
  const variables = { METRICS_TOKEN: 'scraper', DATA_DIR: temporaryFolder('app'), AUTH: 'none', EMBEDDER: 'none' }
  const config = loadConfig(new Set(['mcp', 'api']), variables)
  const lines: string[] = []
  const opened = await openDependencies(config, createLog('silent'))
  const broken = async () => {
    throw new RangeError('marker')
  }
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  const app = buildApp(config, { ...opened, log, queues: [broken, ...opened.queues] })
  const request = () => new Request('http://localhost:8765/metrics', { headers: { authorization: 'Bearer scraper' } })
  for (let scrapes = 0; scrapes < 3; scrapes++) {
    const page = await app.serve(request(), { address: '127.0.0.1' })
    expect(await page.text()).toContain('souvenir_engine_up{engine="sqlite"} 1')
  }
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', err: { type: 'RangeError' } })
  expect(lines[0]).not.toContain('marker')
  await app.close()
  await opened.close()
})
