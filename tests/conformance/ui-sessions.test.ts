import { afterEach } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisUiSessions } from '../../src/adapters/redis/ui/sessions.ts'
import { openSqliteUiSessions } from '../../src/adapters/sqlite/ui/sessions.ts'
import { engineUrl } from '../support/engines.ts'
import { testClock } from '../support/time.ts'
import { startRedis } from './redis-engine.ts'
import { describeUiSessions } from './ui-sessions.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describeUiSessions('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-ui-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const clock = testClock()
  const open = () => {
    const sessions = openSqliteUiSessions({ path: join(folder, 'ui.db'), clock })
    cleanups.push(() => sessions.close())
    return sessions
  }
  return { sessions: open(), clock, another: open }
})

const url = engineUrl('REDIS_URL')
if (url !== undefined) {
  describeUiSessions('Redis', async () => {
    const { connect, stop } = await startRedis(url)
    cleanups.push(stop)
    const clock = testClock()
    const [first, second] = [await connect(), await connect()]
    return {
      sessions: redisUiSessions(first, clock),
      clock,
      another: () => redisUiSessions(second, clock),
    }
  })
}
