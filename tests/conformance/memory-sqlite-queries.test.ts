import { expect, test } from 'bun:test'
import { type Database, openDatabase, type Value } from '../../src/adapters/sqlite/database.ts'
import { sqliteGraphStore } from '../../src/adapters/sqlite/graph/read.ts'
import { sqliteGraphSource } from '../../src/adapters/sqlite/graph/source.ts'
import { rebuildKnowledge } from '../../src/adapters/sqlite/graph/write.ts'
import { sqliteRecallIndex } from '../../src/adapters/sqlite/index/read.ts'
import { finishRebuild, ownerOf, renewIndex, sqliteIndexRebuild } from '../../src/adapters/sqlite/index/rebuild.ts'
import { sqliteVectorIndex } from '../../src/adapters/sqlite/index/vectors.ts'
import { verifyIndex } from '../../src/adapters/sqlite/index/verify.ts'
import { recentlyRecalled, sameText } from '../../src/adapters/sqlite/memory/add.ts'
import { memoryMigrations } from '../../src/adapters/sqlite/memory/migrations.ts'
import { sqliteOutbox } from '../../src/adapters/sqlite/memory/outbox.ts'
import { memoryStoreOn } from '../../src/adapters/sqlite/memory/store.ts'
import { openRule } from '../../src/memory/access.ts'
import { portionLimits } from '../../src/memory/index/rebuilding.ts'
import type { MemoryFilter } from '../../src/memory/ports.ts'
import { ownedTables } from '../../src/memory/stored/tables.ts'
import type { MemoryId } from '../../src/shared/brand.ts'
import { app, draftOf, entitiesFor, onceClaim, owner, policyAt, setRule, startMs } from '../support/memories.ts'

const ada = owner('ada')
const chat = app('chat')

/** A database that tells how it answers what it is asked. */
function explained(): { readonly db: Database; readonly plans: string[] } {
  const database = openDatabase({ path: ':memory:', migrations: memoryMigrations })
  const plans: string[] = []
  const explain = (sql: string) => {
    if (/^\s*PRAGMA/.test(sql)) return
    for (const { detail } of database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)) plans.push(detail)
  }
  const db: Database = {
    ...database,
    get: <Row>(sql: string, ...values: readonly Value[]) => {
      explain(sql)
      return database.get<Row>(sql, ...values)
    },
    all: <Row>(sql: string, ...values: readonly Value[]) => {
      explain(sql)
      return database.all<Row>(sql, ...values)
    },
    run: (sql, ...values) => {
      explain(sql)
      return database.run(sql, ...values)
    },
  }
  return { db, plans }
}

function plansOf(ask: (db: Database) => void): readonly string[] {
  const { db, plans } = explained()
  ask(db)
  return plans
}

/** What a statement made itself (lists, parts with a name) and the few kinds of jobs may be read from one end to the other. */
const small = /^SCAN (json_each|\d+ CONSTANT|a|wrote|gave|near|known|beside|part|k|job_kind)\b/
const scans = (plans: readonly string[]): readonly string[] =>
  plans.filter((detail) => detail.startsWith('SCAN ') && !small.test(detail))

test('whatever is asked of an owner, no table is read from one end to the other', async () => {
  const { db, plans } = explained()
  const store = memoryStoreOn(db)
  const [graph, source, index, outbox] = [
    sqliteGraphStore(db),
    sqliteGraphSource(db),
    sqliteRecallIndex(db),
    sqliteOutbox(db),
  ]
  const at = startMs
  const page = { limit: 10, offset: 0 }
  // A new kind is begun for all owners, once.
  await outbox.subscribe(['graph', 'extract'], at)
  plans.splice(0)
  const parts = { categories: ['pets'], annotations: { entities: [{ name: 'Rex' }], relations: [] } }
  const drafts = ['Rex is a dog.', 'Rex barks.', 'Ida is a cat.'].map((text) => draftOf(text, parts))
  const [a, b, c] = (await store.add(ada, chat, drafts, policyAt())).flatMap(({ memory }) => memory?.id ?? [])
  if (a === undefined || b === undefined || c === undefined) throw new Error('nothing was added')
  const filter: MemoryFilter = {
    ...{ states: ['active'], appIds: [chat], categories: ['pets'], from: 0, to: at, contains: 'dog', asOf: at },
    threadId: 'thread',
  }
  for (const sort of ['createdAt', 'content', 'app', 'categories'] as const) {
    await store.list(ada, chat, { filter, sort, descending: true, limit: 10 })
    await store.list(ada, chat, { filter: { states: ['active'] }, sort, descending: false, limit: 10, offset: 5 })
  }
  store.logAccess(ada, chat, [{ memoryId: a, kind: 'search' }], at)
  await setRule(store, ada, { ...openRule(chat), categories: ['pets'] })
  await store.get(ada, chat, [a, b])
  await setRule(store, ada, openRule(chat))
  await store.update(ada, chat, a, { categories: ['dogs'] }, { at })
  await store.undo(ada, chat, a, { at })
  const { memory } = await store.supersede(ada, chat, a, draftOf('Rex was a dog.'), { at })
  await store.merge(ada, chat, memory.id, b, { metadata: { a: 1 } }, { at })
  await store.undo(ada, chat, b, { at })
  await store.setState(ada, chat, filter, 'archived', { at })
  await store.setState(ada, chat, [b], 'paused', { at })
  await store.events(ada, chat, a, page)
  await store.eventsAfter(ada, 0, 10)
  await store.lastEvent(ada)
  await store.accessLog(ada, chat, a, page)
  await store.accessDays(ada, chat, a, page)
  await store.apps(ada)
  await store.app(ada, chat)
  await store.accessedBy(ada, chat, chat, page)
  await store.categories(ada, chat, 10)
  await store.counts(ada, chat)
  await store.keepConfirmation(ada, chat, 'delete_all', 'hash', startMs, at + 1)
  await store.takeConfirmation(ada, chat, 'delete_all', 'hash', at)
  await store.beginOnce(ada, chat, onceClaim('key'), 'fingerprint', at)
  await store.endOnce(ada, chat, onceClaim('key'), { result: {}, holdsTexts: true }, at + 1)
  await store.dropOnce(ada, chat, onceClaim('key'))
  await store.changePreferences(ada, () => ({}), startMs)
  await store.preferences(ada)
  const rule = openRule(chat)
  await graph.entities(ada, rule, { asOf: at, limit: 10, keys: ['rex'], contains: 'r' })
  await graph.shared(ada, rule, c, at)
  await graph.links(ada, rule, ['rex'], at)
  await graph.timeline(ada, rule, 'rex', { from: 0, to: at, limit: 10, descending: true })
  await source.graphMemories(ada, [c])
  await source.knowledge(ada, rule, c)
  await source.texts(ada, [c])
  await source.renew(ada)
  const opened = await index.open(ada, undefined, entitiesFor(chat, 'rex'))
  await opened.postings(['rex'])
  await index.memoriesAt(ada, chat, [0, 1])
  const jobs = await outbox.claim('graph', 10, at, 1_000)
  await outbox.release(jobs.slice(0, 1), at, 'no')
  await outbox.done(jobs.slice(1), at)
  for (const job of jobs.slice(0, 1)) await outbox.bury(job, 'no')
  await outbox.renew('graph', ada, at)
  await outbox.spread('graph', ada, at)
  await outbox.waits('graph', ada)
  await outbox.state(at)
  await outbox.dead(10)
  await store.delete(ada, chat, [c], { at })
  await store.deleteAll(ada, chat, { at })
  await store.eraseOwner(ada, at)
  expect(scans(plans)).toEqual([])
})

test('every table with an owner is of those that go with an account', () => {
  const { db } = explained()
  const owned = db.all<{ name: string }>(
    "SELECT t.name AS name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND c.name = 'owner_id'",
  )
  const dropped = ['job', 'index_owner', 'entity_owner', 'entity', 'mention_unsaid']
  expect(owned.map(({ name }) => name).sort()).toEqual([...ownedTables, ...dropped].sort())
})

test('a duplicate is looked for by its hash: a write costs the same beside ten memories and beside a million', () => {
  const plans = plansOf((db) => sameText(db, ada, 'hash'))
  expect(plans.find((detail) => detail.startsWith('SEARCH memory'))).toContain(
    'memory_by_hash (owner_id=? AND content_hash=?)',
  )
})

test('what was recalled a moment ago is looked up by time and then by id, however much was ever logged or kept', () => {
  const plans = plansOf((db) => recentlyRecalled(db, ada, 0)).filter((detail) => detail.startsWith('SEARCH'))
  expect(plans.find((detail) => detail.includes('access_log'))).toContain('access_log_by_time (owner_id=? AND at>?)')
  expect(plans.find((detail) => detail.includes('SEARCH m '))).toContain('(owner_id=? AND id=?)')
})

test('how often which app read a memory on which day is counted as it stands in an index, and single readings come day by day', async () => {
  const { db, plans } = explained()
  const store = memoryStoreOn(db)
  const draft = draftOf('Rex is a dog.')
  await store.add(ada, chat, [draft], policyAt())
  const readings = async (ask: () => Promise<unknown>) => {
    plans.splice(0)
    await ask()
    return plans.filter((detail) => /access_log|TEMP B-TREE/.test(detail))
  }
  const page = { limit: 10, offset: 0 }
  const ofMemory = 'access_log USING COVERING INDEX access_log_by_memory (owner_id=? AND memory_id=?)'
  expect(await readings(() => store.accessDays(ada, chat, draft.id, page))).toEqual([
    `SEARCH ${ofMemory}`,
    'USE TEMP B-TREE FOR ORDER BY',
    `SEARCH ${ofMemory}`,
  ])
  expect(await readings(() => store.accessLog(ada, chat, draft.id, page))).toEqual([
    `SEARCH ${ofMemory.replace('COVERING ', '')}`,
    'USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY',
    `SEARCH ${ofMemory}`,
  ])
})

test('an index that is made anew is made in portions, none of which writes much', async () => {
  const database = openDatabase({ path: ':memory:', migrations: memoryMigrations })
  const words = Array.from({ length: 300 }, (_, n) => `word${n}`)
  const texts = Array.from({ length: 60 }, (_, n) => draftOf(`${words.join(' ')} ${n}`))
  await memoryStoreOn(database).add(ada, chat, texts, policyAt())
  await sqliteVectorIndex(database).renew('index', ada, 0)
  const written: number[] = []
  const counting: Database = {
    ...database,
    transaction(work) {
      written.push(0)
      return database.transaction(work)
    },
    run(sql, ...values) {
      if (sql.includes('INSERT INTO index_posting')) written.push((written.pop() ?? 0) + 1)
      return database.run(sql, ...values)
    },
  }
  const rebuild = sqliteIndexRebuild(counting)
  while (await rebuild.goOn());
  expect(written.length).toBeGreaterThan((60 * 300) / portionLimits.terms)
  expect(Math.max(...written)).toBeLessThanOrEqual(portionLimits.terms)
  const kept = database.all<{ id: MemoryId; content: string }>('SELECT id, content FROM memory')
  expect(verifyIndex(database, ada, kept)).toEqual([])
})

test('who waits for vectors is found past those who wait for none, of whom there may be very many', async () => {
  const { db, plans } = explained()
  await memoryStoreOn(db).add(ada, chat, [draftOf('Rex is a dog.')], policyAt())
  const vectors = sqliteVectorIndex(db)
  for (const space of ['one', 'another']) {
    const claim = await vectors.claim(space, 10, startMs, 1_000)
    expect(claim?.items).toHaveLength(1)
    if (claim !== undefined) await vectors.keep(claim, [Float32Array.of(1)])
    plans.splice(0)
    expect(await vectors.claim(space, 10, startMs + 1_000, 1_000)).toBeUndefined()
    expect(plans).toEqual([
      'SEARCH index_owner USING INDEX index_owner_behind (leased_until<?)',
      'SEARCH index_owner USING INDEX index_owner_by_space (space<?)',
      'SEARCH index_owner USING INDEX index_owner_by_space (space>?)',
      'SEARCH w USING COVERING INDEX index_passage_waiting_by_lease (leased_until<?)',
      'SEARCH o USING COVERING INDEX index_owner_by_space (space=? AND rowid=?)',
    ])
    plans.splice(0)
    expect(await vectors.behind(space)).toEqual({ waiting: 0, since: undefined })
    expect(plans.filter((detail) => detail.includes('index_owner'))).toEqual([
      'SCAN index_owner USING INDEX index_owner_behind',
      'SEARCH index_owner USING INDEX index_owner_by_space (space<?)',
      'SEARCH index_owner USING INDEX index_owner_by_space (space>?)',
    ])
  }
})

test('index and entities are made anew page by page, and no page reads what another one read', () => {
  const madeAnew = (db: Database) => {
    renewIndex(db, ownerOf(db, ada))
    finishRebuild(db, ownerOf(db, ada))
  }
  const made = [madeAnew, (db: Database) => rebuildKnowledge(db, ada)]
  for (const make of made) {
    const plans = plansOf(make)
    expect(plans).toContain('SEARCH memory USING INDEX memory_in_order (owner_id=? AND seq>?)')
    expect(plans.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([])
  }
})
