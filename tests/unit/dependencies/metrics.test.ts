import { expect, test } from 'bun:test'
import { openMetrics } from '../../../src/dependencies/metrics.ts'
import { createLog } from '../../../src/shared/log.ts'

test('where the library of the metrics cannot be loaded, the log is told, though nobody reads them', async () => {
  const { promise: told, resolve: tell } = Promise.withResolvers<string>()
  const load = async () => {
    throw Object.assign(new Error('marker'), { code: 'ERR_MODULE_NOT_FOUND' })
  }
  openMetrics({ metrics: { port: 9_000, token: undefined } }, createLog('warn', { write: tell }), load)
  expect(JSON.parse(await told)).toMatchObject({ level: 'error', err: { code: 'ERR_MODULE_NOT_FOUND' } })
})
