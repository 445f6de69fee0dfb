/** The HNSW index of an owner of very many vectors stands on the table of everybody's: how it goes, and who waits for that. */
import { afterEach, expect, test } from 'bun:test'
import postgres from 'postgres'
import { openPool } from '../../src/adapters/postgres/database.ts'
import { makeHnswIndex } from '../../src/adapters/postgres/index/hnsw.ts'
import type { OwnerId } from '../../src/shared/brand.ts'
import { Secret } from '../../src/shared/secret.ts'
import { engineUrl } from '../support/engines.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { openPostgres } from '../support/memory-engines.ts'

const url = engineUrl('DATABASE_URL')
const [ada, bob, chat] = [owner('ada'), owner('bob'), app('chat')]

if (url !== undefined) {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  /** Two owners, each with a vector and an index of their own. */
  async function opened() {
    const engine = await openPostgres(url as string, { scannedUpTo: 0 })
    cleanups.push(engine.close)
    for (const of of [ada, bob]) {
      await engine.store.add(of, chat, [draftOf('Tea.')], policyAt())
      const claim = await engine.vectors.claim('small/2', 10, startMs, 60_000)
      if (claim !== undefined) await engine.vectors.keep(claim, [Float32Array.of(0.6, 0.8)])
    }
    const keyOf = async (of: OwnerId) =>
      (await engine.sql<{ key: string }>(`SELECT key FROM index_owner WHERE owner_id = '${of}'`))[0]?.key
    const indexes = async () =>
      (
        await engine.sql<{ name: string }>(
          "SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'index_vector_near_%' ORDER BY 1",
        )
      ).map(({ name }) => name)
    const [hers, his] = [`index_vector_near_${await keyOf(ada)}`, `index_vector_near_${await keyOf(bob)}`]
    expect(await indexes()).toEqual([hers, his].sort())
    return { ...engine, indexes, keyOf, hers, his }
  }
  const session = () => {
    const own = postgres(url as string, { max: 1, onnotice: () => undefined })
    cleanups.push(() => own.end())
    return own
  }

  /** How many vectors somebody else reads while `work` is held up by a trigger, within a second; then it goes on. */
  async function readMeanwhile<T>(
    { sql, schema }: { sql(statement: string): Promise<unknown>; schema: string },
    trigger: string,
    work: () => Promise<T>,
  ): Promise<{ read: number | string; done: T }> {
    const gate = Math.floor(Math.random() * 2 ** 31)
    await sql(`CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(${gate}); RETURN NULL; END $$;
      CREATE TRIGGER gate ${trigger} EXECUTE FUNCTION wait_at_gate()`)
    const holder = session()
    await holder`SELECT pg_advisory_lock(${gate})`
    const doing = work()
    const waits = async () =>
      (await holder`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${gate} AND NOT granted`).length > 0
    while (!(await waits())) await Bun.sleep(10)
    const reader = session()
    await reader.unsafe("SET lock_timeout = '1s'")
    const read = await reader.unsafe(`SELECT count(*) AS count FROM "${schema}".index_vector`).then(
      ([row]) => Number(row?.count),
      (error: Error) => error.message,
    )
    await holder`SELECT pg_advisory_unlock(${gate})`
    return { read, done: await doing }
  }

  test('while an account is erased nobody else waits for the table of vectors, and its index is gone afterwards', async () => {
    const engine = await opened()
    const atTheEnd = 'AFTER DELETE ON memory FOR EACH STATEMENT'
    const { read, done } = await readMeanwhile(engine, atTheEnd, () => engine.store.eraseOwner(ada, startMs))
    expect(read).toBe(2)
    expect(done).toMatchObject({ memories: 1 })
    expect(await engine.indexes()).toEqual([engine.his])
  })

  test('so it is while vectors are begun anew by another model, whose may be longer', async () => {
    const engine = await opened()
    const { vectors, indexes } = engine
    const begun = 'AFTER UPDATE ON index_owner FOR EACH ROW WHEN (OLD.space <> NEW.space)'
    const claimed = () => vectors.claim('larger/3', 10, startMs, 60_000)
    const { read, done } = await readMeanwhile(engine, begun, claimed)
    expect(read).toBe(2)
    const longer = Float32Array.of(0.6, 0.8, 0)
    for (const claim of [done, await claimed()]) {
      if (claim === undefined) throw new Error('nothing waits')
      await vectors.keep(claim, [longer])
    }
    expect(await indexes()).toHaveLength(2)
    expect(await claimed()).toBeUndefined()
  })

  test('an index that is left from another model is dropped before there are vectors of this one', async () => {
    const { vectors, sql, indexes } = await opened()
    // As a process leaves it that ends behind the mark.
    await sql('UPDATE index_owner SET near = 0')
    for (let n = 0; n < 2; n++) {
      const claim = await vectors.claim('larger/3', 10, startMs, 60_000)
      if (claim === undefined) throw new Error('nothing waits')
      await vectors.keep(claim, [Float32Array.of(0.6, 0.8, 0)])
    }
    expect(await indexes()).toHaveLength(2)
  })

  test('what an erasure leaves whose process ends is dropped by the next, but for an index that somebody is making', async () => {
    const { store, sql, schema, indexes, keyOf, hers } = await opened()
    const maker = session()
    await maker`SELECT pg_advisory_lock(hashtextextended(${`${schema} near ${await keyOf(ada)}`}, 0))`
    await sql("DELETE FROM index_owner WHERE owner_id = 'ada'")
    await store.eraseOwner(bob, startMs)
    expect(await indexes()).toEqual([hers])
    await maker.end()
    await store.eraseOwner(ada, startMs)
    expect(await indexes()).toEqual([])
  })

  test('whose account was erased while their index was made has none', async () => {
    const { schema, indexes, hers, his } = await opened()
    const db = openPool({ url: new Secret(url), schema })
    cleanups.push(db.close)
    await makeHnswIndex(db, 4_711, 2)
    expect(await indexes()).toEqual([hers, his].sort())
  })
}
