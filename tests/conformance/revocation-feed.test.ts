import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRedisRevocationFeed } from '../../src/adapters/redis/revocation-feed.ts'
import { openSqliteRevocationFeed } from '../../src/adapters/sqlite/oidc/revocation-feed.ts'
import { engineUrl } from '../support/engines.ts'
import { startRedis } from './redis-engine.ts'
import { describeRevocationFeed } from './revocation-feed.ts'

describeRevocationFeed('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-feed-'))
  const path = join(folder, 'auth.db')
  return {
    open: async (clock) => openSqliteRevocationFeed({ path, clock }),
    stop: async () => rmSync(folder, { recursive: true }),
  }
})

const url = engineUrl('REDIS_URL')
if (url !== undefined) {
  describeRevocationFeed('Redis', async () => {
    const { connect, stop } = await startRedis(url)
    return { open: async (clock) => openRedisRevocationFeed(await connect(), clock), stop }
  })
}
