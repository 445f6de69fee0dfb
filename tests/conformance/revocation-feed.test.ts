import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteRevocationFeed } from '../../src/adapters/sqlite/oidc/revocation-feed.ts'
import { describeRevocationFeed } from './revocation-feed.ts'

describeRevocationFeed('SQLite', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'souvenir-feed-')), 'auth.db')
  return { open: async (clock) => openSqliteRevocationFeed({ path, clock }), stop: async () => {} }
})
