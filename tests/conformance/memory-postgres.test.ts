/** What only Postgres can show: processes that start together, a server that goes away, what its tables hold. */
import { afterEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import postgres from 'postgres'
import { openPool } from '../../src/adapters/postgres/database.ts'
import { memoryMigrations } from '../../src/adapters/postgres/memory/migrations.ts'
import { openPostgresMemoryStore } from '../../src/adapters/postgres/memory/store.ts'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { search } from '../../src/memory/recall.ts'
import { Fault } from '../../src/shared/fault.ts'
import type { Migration } from '../../src/shared/migrations.ts'
import { Secret } from '../../src/shared/secret.ts'
import { cutProxy } from '../support/cut-proxy.ts'
import { engineUrl } from '../support/engines.ts'
import { keepMarked } from '../support/marked-memory.ts'
import { app, callerOf, draftOf, entitiesFor, owner, policyAt, startMs } from '../support/memories.ts'
import { openPostgres, postgresSchema } from '../support/memory-engines.ts'

const url = engineUrl('DATABASE_URL')
const [ada, chat] = [owner('ada'), app('chat')]

const faultOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error) => (error instanceof Fault ? `${error.kind} ${error.code}` : String(error)),
  )

if (url !== undefined) {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })
  const freshSchema = () => {
    const schema = postgresSchema(url)
    cleanups.push(schema.drop)
    return schema
  }
  const open = async (...more: Parameters<typeof openPostgres> extends [string, ...infer Rest] ? Rest : never) => {
    const engine = await openPostgres(url, ...more)
    cleanups.push(engine.close)
    return engine
  }

  describe('Postgres’s schema', () => {
    test('ten processes that start at once on an empty database make it once, and all work on it', async () => {
      const { url: address } = freshSchema()
      const children = Array.from({ length: 10 }, (_, n) =>
        Bun.spawn([process.execPath, join(import.meta.dir, 'postgres-process.ts'), address, `process ${n}`], {
          stdout: 'pipe',
          stderr: 'inherit',
        }),
      )
      const said = await Promise.all(children.map(({ stdout }) => new Response(stdout).text()))
      expect(said.map((line) => line.trim())).toEqual(children.map(() => 'added'))
      const { store } = await openPostgresMemoryStore({ url: new Secret(address) })
      expect((await store.counts(ada, chat)).active).toBe(10)
      await store.close()
    }, 60_000)

    const step = (name: string, table: string): Migration => ({ name, sql: `CREATE TABLE ${table} (id text)` })
    const migrateTo = async (schema: string, steps: readonly Migration[], timeouts = {}) => {
      const db = openPool({ url: new Secret(url), schema, ...timeouts })
      await migrate(db, steps, async () => undefined).finally(() => db.close())
    }

    test('steps are applied once and in order; a newer database and one of another program are refused', async () => {
      const { schema } = freshSchema()
      const [a, b] = [step('a', 'one'), step('b', 'two')]
      await migrateTo(schema, [a])
      await migrateTo(schema, [a, b])
      await migrateTo(schema, [a, b])
      expect(await faultOf(migrateTo(schema, [a]))).toBe('conflict database_newer')
      expect(await faultOf(migrateTo(schema, [b, a]))).toBe('conflict database_foreign')
    })

    test('a step that fails leaves the schema as it was', async () => {
      const { schema } = freshSchema()
      const broken: Migration = { name: 'broken', sql: 'CREATE TABLE half (id text); CREATE NONSENSE' }
      expect(await faultOf(migrateTo(schema, [broken]))).toContain('syntax error')
      await migrateTo(schema, [step('a', 'half')])
    })

    test('a step may take longer than statements usually may', async () => {
      const { schema } = freshSchema()
      const slow: Migration = { name: 'slow', sql: 'SELECT pg_sleep(0.5); CREATE TABLE slow (id text)' }
      await migrateTo(schema, [slow], { statementTimeoutMs: 200, answerTimeoutMs: 200 })
      expect(await faultOf(migrateTo(schema, [step('b', 'slow')]))).toBe('conflict database_foreign')
    })

    test('of who has conversations the vectors are made anew, with passages; of who has none they stay', async () => {
      const { schema, url: address } = freshSchema()
      const before = await openPostgresMemoryStore({ url: new Secret(address) })
      const talk = ['Where do you sail?', 'On the lake.', 'Alone?'].map((text) => draftOf(text, { threadId: 'talk' }))
      await before.store.add(ada, chat, talk, policyAt())
      await before.store.add(owner('ida'), chat, [draftOf('Tea.'), draftOf('Milk.'), draftOf('Rice.')], policyAt())
      await before.store.close()
      // As the program before had left it.
      const db = openPool({ url: new Secret(url), schema })
      await db.run(async (sql) => {
        await sql`ALTER TABLE index_code DROP COLUMN passage`
        await sql`DROP INDEX index_owner_by_space`
        await sql`DROP TABLE mention_unsaid, index_passage_waiting`
        await sql`ALTER TABLE access_log ADD COLUMN query text`
        await sql`ALTER TABLE index_owner DROP COLUMN generation, DROP COLUMN next_generation, DROP COLUMN next_analyzer,
          DROP COLUMN filled_to, DROP COLUMN rebuilt_to, DROP COLUMN leftovers, DROP COLUMN unfinished,
          DROP COLUMN vectors_to, DROP COLUMN begun_at`
        await sql`ALTER TABLE once DROP COLUMN claim`
        await sql`DELETE FROM migration WHERE number >= (
          SELECT number FROM migration WHERE name = 'codes of passages of a conversation')`
        await sql`UPDATE index_owner SET space = 'small', embedded_to = next_ordinal`
      })
      await db.close()
      const after = await openPostgresMemoryStore({ url: new Secret(address) })
      const claim = await after.vectors.claim('small', 10, startMs, 60_000)
      expect(claim?.items.map(({ passage }) => passage?.split('\n').length)).toEqual([undefined, undefined, 3])
      expect(await after.vectors.claim('small', 10, startMs, 60_000)).toBeUndefined()
      await after.store.close()
    })

    test('passages that were erased before there was a list of them are made anew', async () => {
      const { schema, url: address } = freshSchema()
      const before = await openPostgresMemoryStore({ url: new Secret(address) })
      const talk = ['Where?', 'On the lake.', 'Alone?', 'Yes.'].map((text) => draftOf(text, { threadId: 'talk' }))
      await before.store.add(ada, chat, talk, policyAt())
      const all = await before.vectors.claim('small', 10, startMs, 60_000)
      const vector = Float32Array.of(1)
      if (all !== undefined) await before.vectors.keep(all, Array(4).fill(vector), Array(4).fill(vector))
      await before.store.delete(ada, chat, [talk[0]?.id as never], { at: startMs })
      await before.store.close()
      const db = openPool({ url: new Secret(url), schema })
      await db.run(async (sql) => {
        await sql`DROP TABLE mention_unsaid, index_passage_waiting`
        await sql`ALTER TABLE access_log ADD COLUMN query text`
        await sql`ALTER TABLE index_owner DROP COLUMN begun_at`
        await sql`ALTER TABLE once DROP COLUMN claim`
        await sql`DELETE FROM migration WHERE number >= (
          SELECT number FROM migration WHERE name = 'passages of a conversation that are to be made anew')`
      })
      await db.close()
      const after = await openPostgresMemoryStore({ url: new Secret(address) })
      const claim = await after.vectors.claim('small', 10, startMs, 60_000)
      expect(claim?.items).toEqual([{ ordinal: 2, text: undefined, passage: 'On the lake.\nAlone?' }])
      await after.store.close()
    })

    test('memories that were linked to an entity before search looked for it are found by its name', async () => {
      const { schema, url: address } = freshSchema()
      const before = await openPostgresMemoryStore({ url: new Secret(address) })
      const annotations = { entities: [{ name: 'Aquarium' }], relations: [] }
      const texts = ['My sister works there.', 'We saw the Aquarium.', 'It rains in Oslo.']
      const drafts = texts.map((text) => draftOf(text, { annotations }))
      await before.store.add(ada, chat, drafts, policyAt())
      await before.store.close()
      const db = openPool({ url: new Secret(url), schema })
      await db.run(async (sql) => {
        await sql`DROP TABLE mention_unsaid`
        await sql`ALTER TABLE index_owner DROP COLUMN begun_at`
        await sql`ALTER TABLE once DROP COLUMN claim`
        await sql`DELETE FROM migration WHERE number >= (
          SELECT number FROM migration WHERE name = 'entities of memories whose text does not name them')`
      })
      await db.close()
      const after = await openPostgresMemoryStore({ url: new Secret(address) })
      const { linked } = await after.index.open(ada, undefined, entitiesFor(chat, 'aquarium'))
      expect([...(linked.get('aquarium') ?? [])].sort()).toEqual([0, 2])
      await after.store.close()
    })

    test('who waits for no vectors is not among those whom the job that embeds looks at', async () => {
      const { schema, url: address } = freshSchema()
      const { store, vectors } = await openPostgresMemoryStore({ url: new Secret(address) })
      const db = openPool({ url: new Secret(url), schema })
      const lookedAt = () =>
        db.run(async (sql) => (await sql`SELECT 1 FROM index_owner WHERE leased_until <= ${startMs}`).length)
      const embed = async (space: string) => {
        const claim = await vectors.claim(space, 10, startMs, 60_000)
        if (claim !== undefined) await vectors.keep(claim, [Float32Array.of(1)])
        return claim?.items.map(({ ordinal }) => ordinal)
      }
      await store.add(ada, chat, [draftOf('Tea.')], policyAt())
      expect(await lookedAt()).toBe(1)
      expect(await embed('small')).toEqual([0])
      expect(await lookedAt()).toBe(0)
      expect(await embed('small')).toBeUndefined()
      await store.add(ada, chat, [draftOf('Milk.')], policyAt())
      expect(await lookedAt()).toBe(1)
      expect(await embed('small')).toEqual([1])
      for (const space of ['another', 'zebra']) {
        expect(await embed(space)).toEqual([0, 1])
        expect(await lookedAt()).toBe(0)
      }
      await db.close()
      await store.close()
    })

    test('a program that is older than the database does not start on it', async () => {
      const { schema, url: address } = freshSchema()
      await migrateTo(schema, [...memoryMigrations, step('of tomorrow', 'tomorrow')])
      expect(await faultOf(openPostgresMemoryStore({ url: new Secret(address) }))).toBe('conflict database_newer')
    })
  })

  describe('When Postgres does not answer', () => {
    for (const outage of ['cut', 'deafen'] as const) {
      test(`${outage}: everything asked is unavailable within its time, readings wait, and it goes on by itself`, async () => {
        const proxy = await cutProxy(new URL(url))
        const { schema } = freshSchema()
        // The tables are made without that hurry: it is for what is asked.
        await (await openPostgresMemoryStore({ url: new Secret(url), schema })).store.close()
        const { store, index } = await openPostgresMemoryStore({
          url: new Secret(proxy.url.href),
          schema,
          poolSize: 2,
          connectTimeoutMs: 1_000,
          statementTimeoutMs: 1_000,
          answerTimeoutMs: 1_500,
        })
        const [written] = await store.add(ada, chat, [draftOf('Before the outage.')], policyAt())
        const id = written?.memory?.id
        if (id === undefined) throw new Error('nothing was written')
        proxy[outage]()
        store.logAccess(ada, chat, [{ memoryId: id, kind: 'read' }], startMs)
        const asked = [
          store.get(ada, chat, [id]),
          store.add(ada, chat, [draftOf('Amid the outage.')], policyAt()),
          store.update(ada, chat, id, { metadata: {} }, { at: startMs }),
          index.open(ada),
          store.rule(ada, chat),
        ]
        expect(new Set(await Promise.all(asked.map(faultOf)))).toEqual(new Set(['unavailable unavailable']))
        expect(await store.health.check()).toMatchObject({ state: 'down' })
        proxy.mend()
        let again = 'unavailable unavailable'
        for (let tries = 0; tries < 100 && again.startsWith('unavailable'); tries++) {
          again = await faultOf(store.get(ada, chat, [id]))
          await Bun.sleep(20)
        }
        expect(again).toBe('answered')
        expect((await store.accessLog(ada, chat, id, { limit: 5, offset: 0 })).total).toBe(1)
        // What was said to have failed is not done behind the caller's back, unless it was the answer that was lost.
        if (outage === 'cut') expect(await store.counts(ada, chat)).toMatchObject({ active: 1 })
        await store.close()
        proxy.close()
      }, 30_000)
    }

    test('a start says which variable is wrong; why, with address and user, is told apart, and the password is not', async () => {
      const refusing = new URL(url)
      refusing.username = 'marker_user'
      refusing.password = 'hush'
      for (const [address, why] of [
        ['postgres://souvenir:hush@127.0.0.1:1/souvenir', 'ECONNREFUSED'],
        [refusing.href, 'marker_user'],
      ] as const) {
        const error = await openPostgresMemoryStore({ url: new Secret(address) }).catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(Fault)
        const { message, reason } = error as Fault
        expect(message).toContain('DATABASE_URL')
        expect(message).not.toMatch(/127\.0\.0\.1|ECONN|marker_user/)
        expect(reason).toContain(why)
        expect(message + reason).not.toContain('hush')
      }
    })
  })

  test('what Postgres cannot keep of a text is told from a value that the program sends wrongly', async () => {
    const db = openPool({ url: new Secret(url) })
    cleanups.push(db.close)
    const asked = (ask: Parameters<typeof db.run>[0]) => faultOf(db.run(ask))
    const text = 'half \ud83d of a pair'
    expect(await asked((sql) => sql`SELECT ${JSON.stringify({ text })}::text::json ->> 'text'`)).toBe(
      'invalid text_invalid',
    )
    expect(await asked((sql) => sql`SELECT ${'a\u0000b'}::text`)).toBe('invalid text_invalid')
    for (const type of ['integer', 'uuid', 'integer[]']) {
      expect(await asked((sql) => sql`SELECT ${'json'}::text::${sql.unsafe(type)}`)).not.toContain('text_invalid')
    }
  })

  describe('What Postgres holds', () => {
    const marker = 'xylophonequokka'

    test('a deletion erases the text from every table: contents, events, questions, kept results, words, vectors, what a model said', async () => {
      const { store, index, vectors, graphSource, schema } = await open()
      const admin = postgres(url, { max: 1, onnotice: () => undefined, fetch_types: false })
      cleanups.push(() => admin.end())
      const tablesWith = async (text: string) => {
        const tables = await admin<{ name: string }[]>`
          SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${schema}`
        expect(tables.length).toBeGreaterThan(10)
        const found: string[] = []
        for (const { name } of tables) {
          const rows = await admin.unsafe(`SELECT t::text AS row FROM ${schema}."${name}" AS t`)
          if (rows.some(({ row }) => String(row).toLowerCase().includes(text))) found.push(name)
        }
        return found.sort()
      }
      const rest = Array.from({ length: 17_000 }, (_, n) => `w${n}`).join(' ')
      const [first, second] = await keepMarked({ store, graphSource }, marker, rest)
      await search({ store, index, embedder: undefined }, callerOf('ada', 'chat'), {
        query: `who is ${marker}`,
        limit: 5,
      })
      const claim = await vectors.claim('test/2', 10, startMs, 1_000)
      if (claim === undefined) throw new Error('nothing waits')
      await vectors.keep(
        claim,
        claim.items.map(() => Float32Array.of(0.6, 0.8)),
      )
      await store.accessLog(ada, chat, second, { limit: 1, offset: 0 })
      const holding = [
        'entity',
        'extraction',
        'index_tail',
        'memory',
        'memory_category',
        'memory_event',
        'mention',
        'mention_unsaid',
        'once',
      ]
      expect(await tablesWith(marker)).toEqual(holding)
      expect(await store.delete(ada, chat, [first, second], { at: startMs })).toHaveLength(2)
      expect(await tablesWith(marker)).toEqual([])
      const left = await admin.unsafe(
        `SELECT ordinal FROM ${schema}.index_vector UNION ALL SELECT ordinal FROM ${schema}.index_code`,
      )
      expect(left).toHaveLength(0)
    })
  })
}
