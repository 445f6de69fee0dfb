/** A start that fails leaves no file open behind it: whoever tries again would hold one more each time. */
import { expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteRevocationFeed } from '../../src/adapters/sqlite/oidc/revocation-feed.ts'
import { testClock } from '../support/time.ts'

/** Descriptors of this process under a folder, as Linux tells them. */
const openUnder = (folder: string): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${number}`)
      return path.startsWith(folder) ? [path] : []
    } catch {
      return []
    }
  })

test('the feed of revocations on a file that lost its table', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-feed-'))
  const path = join(folder, 'auth.db')
  await openSqliteRevocationFeed({ path, clock: testClock() }).close()
  const beside = new DatabaseSync(path)
  beside.exec('DROP TABLE revocation')
  beside.close()
  expect(() => openSqliteRevocationFeed({ path, clock: testClock() })).toThrow('revocation')
  expect(openUnder(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})
