/** An account with more rows than Postgres deletes in the time of one statement, or of one wait. */
import { expect, test } from 'bun:test'
import type { OwnerId } from '../../src/shared/brand.ts'
import { engineUrl } from '../support/engines.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { openPostgres } from '../support/memory-engines.ts'

const url = engineUrl('DATABASE_URL')
const [ada, bob, chat] = [owner('ada'), owner('bob'), app('chat')]

const many = 11_000

/** What each table has of an owner, as a condition on its rows. */
const owned = "owner_id = 'ada'"
const ofIndex = "owner IN (SELECT key FROM index_owner WHERE owner_id = 'ada')"
const ofMemory = "memory IN (SELECT seq FROM memory WHERE owner_id = 'ada')"
const ofEntity = "entity IN (SELECT id FROM entity WHERE owner_id = 'ada')"

/** Every table of which an owner may have any number of rows, and the columns of one that is made. */
const tables: readonly (readonly [name: string, theirs: string, columns: string, values: string])[] = [
  [
    'memory',
    owned,
    'owner_id, id, app_id, content, state, categories, metadata, thread_id, position, speaker_kind, valid_from, source, created_at, updated_at, version',
    "'ada', 'm' || n, 'chat', 'Tea.', 'active', '[]', '{}', 't' || n, 0, 'self', 0, 'api', 0, 0, 1",
  ],
  ['memory_category', owned, 'owner_id, name, memory_id', "'ada', 'tea', 'm' || n"],
  ['memory_event', owned, 'owner_id, memory_id, kind, app_id, at', "'ada', 'm' || n, 'created', 'chat', 0"],
  ['access_log', owned, 'owner_id, memory_id, app_id, kind, at', "'ada', 'm' || n, 'chat', 'read', 0"],
  ['once', owned, 'owner_id, app_id, key, fingerprint, state, expires_at', "'ada', 'chat', n, 'f', 'running', 0"],
  [
    'job',
    owned,
    'kind, owner_id, memory_id, revision, attempts, created_at, due_at, leased',
    "'graph', 'ada', 'm' || n, 1, 0, 0, 0, false",
  ],
  ['index_item', ofIndex, 'owner, ordinal, version, length, language, traits', 'key, n, 0, 1, 0, 0'],
  ['index_tail', ofIndex, 'owner, ordinal, terms', "key, n, ''"],
  ['index_code', ofIndex, 'owner, ordinal, version, code', "key, n, 0, ''"],
  ['index_passage_waiting', ofIndex, 'owner, ordinal', 'key, n'],
  ['index_posting', ofIndex, 'owner, block, term, data', "key, n, 'tea', ''"],
  ['entity', owned, 'owner_id, key', "'ada', 'k' || n"],
  ['mention_unsaid', owned, 'owner_id, key, memory', "'ada', 'tea', n"],
]
/** The same, made of rows that there are then. */
const derived: typeof tables = [
  ['extraction', ofMemory, 'memory, body', "seq, '{}' FROM memory WHERE owner_id = 'ada'"],
  [
    'mention',
    ofEntity,
    'entity, memory, name, kind, origin',
    "e.id, m.seq, 'Tea', 'other', 'rule' FROM entity e JOIN memory m ON e.key = 'k' || substr(m.id, 2) WHERE e.owner_id = 'ada'",
  ],
  ['relation', ofMemory, 'memory, subject, predicate, object, origin', "seq, 1, 'is', 1, 'rule' FROM memory"],
]

if (url !== undefined) {
  async function opened(
    of = [...tables, ...derived].map(([table]) => table),
    options: Parameters<typeof openPostgres>[1] = {},
  ) {
    const engine = await openPostgres(url as string, options)
    await engine.outbox.subscribe(['graph'], startMs)
    const add = (ownerId: OwnerId) => engine.store.add(ownerId, chat, [draftOf('Tea at four.')], policyAt())
    await add(ada)
    await add(bob)
    for (const [table, , columns, values] of tables.filter(([table]) => of.includes(table))) {
      await engine.sql(`INSERT INTO ${table} (${columns})
        SELECT ${values} FROM generate_series(1000, ${many + 999}) AS n, index_owner AS o WHERE o.owner_id = 'ada'`)
    }
    for (const [table, , columns, values] of derived.filter(([table]) => of.includes(table))) {
      await engine.sql(`INSERT INTO ${table} (${columns}) SELECT ${values} ON CONFLICT DO NOTHING`)
    }
    const left = async () => {
      const counts = [...tables, ...derived].map(([table, theirs]) => `(SELECT count(*) FROM ${table} WHERE ${theirs})`)
      const [row] = await engine.sql<{ count: string }>(`SELECT ${counts.join(' + ')} AS count`)
      return Number(row?.count)
    }
    const onDelete = (table: string, body: string) =>
      engine.sql(`CREATE FUNCTION on_${table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NULL; END $$;
        CREATE TRIGGER on_delete AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone
          FOR EACH STATEMENT EXECUTE FUNCTION on_${table}()`)
    return { ...engine, left, onDelete }
  }

  test('however much there is of a person all of it goes: no statement deletes much, and the wait begins anew with each', async () => {
    const { store, left, onDelete, close } = await opened(undefined, { answerTimeoutMs: 2_000 })
    try {
      const refuse = `IF (SELECT count(*) FROM gone) > ${many / 2} THEN RAISE 'too many rows at once'; END IF;`
      for (const [table] of [...tables, ...derived]) {
        await onDelete(table, table === 'memory_event' ? `PERFORM pg_sleep(0.8); ${refuse}` : refuse)
      }
      expect(await left()).toBeGreaterThan(many * (tables.length + derived.length))
      const began = performance.now()
      expect(await store.eraseOwner(ada, startMs)).toMatchObject({ memories: many + 1, events: many + 1 })
      expect(performance.now() - began).toBeGreaterThan(2_000)
      // That the graph elsewhere is to be cleared.
      expect(await left()).toBe(1)
      expect(await store.counts(bob, chat)).toMatchObject({ active: 1 })
    } finally {
      await close()
    }
  }, 60_000)

  test('what somebody else changes while an account is erased is erased too', async () => {
    const { store, left, onDelete, close } = await opened(['once', 'index_passage_waiting'])
    try {
      await onDelete('once', 'UPDATE once SET expires_at = expires_at + 1;')
      await onDelete('index_passage_waiting', 'UPDATE index_passage_waiting SET leased_until = leased_until + 1;')
      await store.eraseOwner(ada, startMs)
      expect(await left()).toBe(1)
    } finally {
      await close()
    }
  }, 60_000)

  test('an erasure that fails in the middle has erased nothing', async () => {
    const { store, left, onDelete, close } = await opened(['memory', 'memory_event', 'index_item'])
    try {
      const before = await left()
      await onDelete('memory', "IF NOT EXISTS (SELECT FROM memory WHERE owner_id = 'ada') THEN RAISE 'no'; END IF;")
      await expect(store.eraseOwner(ada, startMs)).rejects.toThrow('no')
      expect(await left()).toBe(before)
      expect((await store.add(ada, chat, [draftOf('Goes on.')], policyAt(startMs - 1)))[0]?.status).toBe('added')
    } finally {
      await close()
    }
  }, 60_000)
}
