/** Readings are written behind the requests: an engine that refuses them must not end the server, nor lose them. */
import { expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import postgres from 'postgres'
import { openPostgresMemoryStore } from '../../src/adapters/postgres/memory/store.ts'
import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import type { MemoryStore } from '../../src/memory/ports.ts'
import { createLog } from '../../src/shared/log.ts'
import { Secret } from '../../src/shared/secret.ts'
import { engineUrl } from '../support/engines.ts'
import { app, draftOf, owner, policyAt } from '../support/memories.ts'
import { postgresSchema } from '../support/memory-engines.ts'

function recorded() {
  const lines: string[] = []
  return { lines, log: createLog('info', { write: (line: string) => void lines.push(line) }) }
}

/** `alter` runs SQL beside the store. */
async function refusedAndBack(store: MemoryStore, lines: string[], alter: (sql: string) => unknown): Promise<void> {
  const [ada, chat] = [owner('ada'), app('chat')]
  const draft = draftOf('Read while its table was away.')
  await store.add(ada, chat, [draft], policyAt())
  await alter('ALTER TABLE access_log RENAME TO access_log_away')
  store.logAccess(ada, chat, [{ memoryId: draft.id, kind: 'search' }], 1_000)
  for (let i = 0; i < 400 && lines.length === 0; i++) await Bun.sleep(10)
  await alter('ALTER TABLE access_log_away RENAME TO access_log')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'error', writes: 'readings' }])
  const { items } = await store.accessLog(ada, chat, draft.id, { limit: 10, offset: 0 })
  expect(items).toMatchObject([{ appId: 'chat' }])
  await store.close()
}

test('SQLite: readings that are refused wait, and the log has the kind of error', async () => {
  const path = join(tmpdir(), `souvenir-readings-${randomUUID()}.db`)
  const { lines, log } = recorded()
  const { store } = openSqliteMemoryStore({ path, log })
  const beside = new DatabaseSync(path)
  try {
    await refusedAndBack(store, lines, (sql) => beside.exec(sql))
  } finally {
    beside.close()
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  }
})

test('SQLite: many readings are written in turns, and what is asked meanwhile goes between', async () => {
  const path = join(tmpdir(), `souvenir-readings-${randomUUID()}.db`)
  const { store } = openSqliteMemoryStore({ path })
  const beside = new DatabaseSync(path)
  try {
    const [ada, chat] = [owner('ada'), app('chat')]
    const drafts = Array.from({ length: 7 }, (_, at) => draftOf(`Read with others: ${at}.`))
    await store.add(ada, chat, drafts, policyAt())
    const count = beside.prepare('SELECT count(*) AS readings FROM access_log')
    const seen = [0]
    for (let question = 0; question < 100; question++) {
      const readings = drafts.map(({ id }) => ({ memoryId: id, kind: 'search' as const }))
      store.logAccess(ada, chat, readings, 1_000 + question)
    }
    for (const until = Date.now() + 5_000; seen.at(-1) !== 700 && Date.now() < until; ) {
      await new Promise((resolve) => setImmediate(resolve))
      const { readings } = count.get() as { readings: number }
      if (readings !== seen.at(-1)) seen.push(readings)
    }
    expect(seen.at(-1)).toBe(700)
    const turns = seen.slice(1).map((readings, at) => readings - (seen[at] ?? 0))
    expect(Math.max(...turns)).toBeLessThan(100)
  } finally {
    await store.close()
    beside.close()
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  }
})

const databaseUrl = engineUrl('DATABASE_URL')
if (databaseUrl !== undefined) {
  test('Postgres: a write is done all the same while a reading is refused, which waits on', async () => {
    const { schema, drop } = postgresSchema(databaseUrl)
    const beside = postgres(databaseUrl, { max: 1, connection: { search_path: schema } })
    const { store } = await openPostgresMemoryStore({ url: new Secret(databaseUrl), schema, poolSize: 2 })
    try {
      const [ada, chat] = [owner('ada'), app('chat')]
      const [read, gone] = [draftOf('Read before.'), draftOf('Gone meanwhile.')]
      await store.add(ada, chat, [read, gone], policyAt())
      await beside`ALTER TABLE access_log ADD CONSTRAINT refused CHECK (at <> 1000)`
      store.logAccess(ada, chat, [{ memoryId: read.id, kind: 'search' }], 1_000)
      await store.add(ada, chat, [draftOf('Written meanwhile.')], policyAt())
      expect(await store.delete(ada, chat, [gone.id], { at: 2_000 })).toEqual([gone.id])
      await beside`ALTER TABLE access_log DROP CONSTRAINT refused`
      const { items } = await store.accessLog(ada, chat, read.id, { limit: 10, offset: 0 })
      expect(items).toMatchObject([{ appId: 'chat' }])
    } finally {
      await store.close()
      await beside.end()
      await drop()
    }
  })

  test('Postgres: the same', async () => {
    const { schema, drop } = postgresSchema(databaseUrl)
    const beside = postgres(databaseUrl, { max: 1, connection: { search_path: schema } })
    try {
      const { lines, log } = recorded()
      const { store } = await openPostgresMemoryStore({ url: new Secret(databaseUrl), schema, poolSize: 2, log })
      await refusedAndBack(store, lines, (sql) => beside.unsafe(sql))
    } finally {
      await beside.end()
      await drop()
    }
  })
}
