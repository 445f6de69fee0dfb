/** What patches/postgres@3.4.9.patch mends in the driver: connections that end amid a transaction, at once, or without a word. */
import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import postgres from 'postgres'
import { openPool } from '../../src/adapters/postgres/database.ts'
import { Fault } from '../../src/shared/fault.ts'
import { Secret } from '../../src/shared/secret.ts'
import { cutProxy } from '../support/cut-proxy.ts'
import { engineUrl } from '../support/engines.ts'

const url = engineUrl('DATABASE_URL')

const kindOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error) => (error instanceof Fault ? error.kind : String(error)),
  )

if (url !== undefined) {
  describe('a connection of Postgres that ends amid a transaction', () => {
    const table = `cut_${crypto.randomUUID().replaceAll('-', '')}`
    const db = openPool({ url: new Secret(url), poolSize: 1 })
    const other = postgres(url, { max: 1 })
    const count = async () => Number((await other.unsafe(`SELECT count(*) AS n FROM public.${table}`))[0]?.n)
    /** Two rows in one transaction, whose connection is ended between them; the second is asked for `after` as many milliseconds. */
    const cut = (after: number) =>
      db.transaction(async (sql) => {
        const [session] = await sql`SELECT pg_backend_pid() AS pid`
        await sql`INSERT INTO ${sql(`public.${table}`)} VALUES ('first')`
        await other`SELECT pg_terminate_backend(${session?.pid})`
        await Bun.sleep(after)
        await sql`INSERT INTO ${sql(`public.${table}`)} VALUES ('second')`
      })
    afterAll(async () => {
      await other.unsafe(`DROP TABLE IF EXISTS public.${table}`)
      await other.end()
      await db.close()
    })

    test.each([0, 5, 50, 300])(
      '%d ms before its next statement: it fails as unavailable, and its place in the pool is used again',
      async (after) => {
        await other.unsafe(`CREATE TABLE IF NOT EXISTS public.${table} (word text)`)
        expect(await kindOf(cut(after))).toBe('unavailable')
        // One that was sent down the same connection may fail with it, at once.
        const again = Array.from({ length: 3 }, () => kindOf(db.run((sql) => sql`SELECT 1`)))
        const answers = await Promise.race([Promise.all(again), Bun.sleep(2_000)])
        expect(answers?.at(-1) ?? 'nothing within two seconds').toBe('answered')
        // What the transaction still asks for reaches no connection that was opened since.
        await Bun.sleep(after + 50)
        expect(await count()).toBe(0)
      },
    )
  })

  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })
  const opened = (address: URL, options: { poolSize?: number; answerTimeoutMs?: number } = {}) => {
    const db = openPool({ url: new Secret(address.href), poolSize: 1, ...options })
    cleanups.push(db.close)
    return db
  }
  const openedProxy = async () => {
    const proxy = await cutProxy(new URL(url))
    cleanups.push(proxy.close)
    return proxy
  }
  /** Asks until there is an answer, some hundred times at most. */
  async function askedAgain(ask: () => Promise<unknown>): Promise<string> {
    let answer = ''
    for (let tries = 0; tries < 200 && answer !== 'answered'; tries++) {
      answer = await kindOf(ask())
      await Bun.sleep(10)
    }
    return answer
  }

  test('where a connection of Postgres ends amid an answer, the next answer in its place begins with its first row', async () => {
    const db = opened(new URL(url))
    const other = postgres(url, { max: 1 })
    cleanups.push(() => other.end())
    const [session] = await db.run((sql) => sql`SELECT pg_backend_pid() AS pid`)
    const ended = kindOf(db.run((sql) => sql`SELECT repeat('x', 10000), pg_sleep(0.01) FROM generate_series(1, 1000)`))
    // Some of its rows are here by then.
    await Bun.sleep(200)
    await other`SELECT pg_terminate_backend(${session?.pid})`
    expect(await ended).toBe('unavailable')
    expect([...(await db.run((sql) => sql`SELECT 'first' AS row`))]).toEqual([{ row: 'first' }])
  })

  describe('a connection of Postgres that is ended as soon as it is there, as a proxy does whose server is stopped', () => {
    test('what was asked is unavailable, as where nobody listens, and the connection is not tried without end', async () => {
      const proxy = await openedProxy()
      const db = opened(proxy.url)
      proxy.cut()
      const asked = db.run((sql) => sql`SELECT 1`)
      expect(await Promise.race([kindOf(asked), Bun.sleep(5_000)])).toBe('unavailable')
      const tried = proxy.taken()
      await Bun.sleep(100)
      expect(proxy.taken()).toBe(tried)
      proxy.mend()
      expect(await askedAgain(() => db.run((sql) => sql`SELECT 1`))).toBe('answered')
    })

    test('so is what has a connection of its own', async () => {
      const proxy = await openedProxy()
      const db = opened(proxy.url)
      proxy.cut()
      const asked = db.alone((sql) => sql`SELECT 1`)
      expect(await Promise.race([kindOf(asked), Bun.sleep(5_000)])).toBe('unavailable')
    })
  })

  describe('a connection of Postgres on which nothing comes any more', () => {
    test('is given up with the wait for its answer, and its place in the pool is used again', async () => {
      const proxy = await openedProxy()
      const db = opened(proxy.url, { answerTimeoutMs: 1_000 })
      await db.run((sql) => sql`SELECT 1`)
      proxy.deafen()
      expect(await kindOf(db.run((sql) => sql`SELECT 1`))).toBe('unavailable')
      proxy.mend()
      expect(await askedAgain(() => db.run((sql) => sql`SELECT 1`))).toBe('answered')
    })

    test('is not followed by a wait for each of the others: all who ask next wait for one short question', async () => {
      const proxy = await openedProxy()
      const db = opened(proxy.url, { answerTimeoutMs: 1_000, poolSize: 5 })
      const ask = () => db.run((sql) => sql`SELECT pg_sleep(0.01)`)
      await Promise.all(Array.from({ length: 5 }, ask))
      proxy.deafen()
      expect(await kindOf(ask())).toBe('unavailable')
      const taken = proxy.taken()
      const answers = await Promise.all(Array.from({ length: 20 }, () => kindOf(ask())))
      expect(new Set(answers)).toEqual(new Set(['unavailable']))
      expect(proxy.taken() - taken).toBe(1)
      proxy.mend()
      expect(await askedAgain(ask)).toBe('answered')
    })

    test('is given up within seconds by whoever asks first, also where a long statement might be under way', async () => {
      const proxy = await openedProxy()
      const db = opened(proxy.url)
      await db.run((sql) => sql`SELECT 1`)
      proxy.deafen()
      const from = performance.now()
      expect(await kindOf(db.run((sql) => sql`SELECT pg_sleep(20)`))).toBe('unavailable')
      expect(performance.now() - from).toBeLessThan(10_000)
      const then = performance.now()
      expect(await kindOf(db.run((sql) => sql`SELECT 1`))).toBe('unavailable')
      expect(performance.now() - then).toBeLessThan(3_500)
    }, 40_000)

    test('is not one on which a long statement is under way: that is waited for', async () => {
      const db = opened(new URL(url))
      const [row] = await db.run((sql) => sql<{ slept: string }[]>`SELECT pg_sleep(9)::text || 'well' AS slept`)
      expect(row?.slept).toBe('well')
    }, 40_000)

    test('keeps nobody who closes the pool waiting once it is lost', async () => {
      const proxy = await openedProxy()
      const db = opened(proxy.url)
      await db.run((sql) => sql`SELECT 1`)
      proxy.deafen()
      const asked = kindOf(db.run((sql) => sql`SELECT 1`))
      const closed = db.close().then(() => 'closed')
      await Bun.sleep(50)
      proxy.dropAll()
      expect(await asked).toBe('unavailable')
      expect(await Promise.race([closed, Bun.sleep(2_000)])).toBe('closed')
    })

    test('is given up too where it was idle, is ended, and nobody hears of that', async () => {
      const proxy = await openedProxy()
      const client = postgres(proxy.url.href, { max: 1, idle_timeout: 0.05, answer_timeout: 0.2, fetch_types: false })
      cleanups.push(() => client.end({ timeout: 1 }))
      await client`SELECT 1`
      proxy.deafen()
      await Bun.sleep(150)
      proxy.mend()
      const asked = client`SELECT 1`.then(() => 'answered')
      expect(await Promise.race([asked, Bun.sleep(5_000)])).toBe('answered')
    })
  })
}
