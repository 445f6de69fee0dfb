/** What patches/postgres@3.4.9.patch mends in the driver: a connection that ends amid a transaction. */
import { afterAll, describe, expect, test } from 'bun:test'
import postgres from 'postgres'
import { openPool } from '../../src/adapters/postgres/database.ts'
import { Fault } from '../../src/shared/fault.ts'
import { Secret } from '../../src/shared/secret.ts'
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
}
