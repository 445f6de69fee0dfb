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

  test('while an account is erased nobody else waits for the table of vectors, and its index is gone afterwards', async () => {
    const { store, sql, schema, indexes, his } = await opened()
    const gate = Math.floor(Math.random() * 2 ** 31)
    await sql(`CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(${gate}); RETURN NULL; END $$;
      CREATE TRIGGER gate AFTER DELETE ON memory FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()`)
    const holder = session()
    await holder`SELECT pg_advisory_lock(${gate})`
    const erasing = store.eraseOwner(ada, startMs)
    const waits = async () =>
      (await holder`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${gate} AND NOT granted`).length > 0
    while (!(await waits())) await Bun.sleep(10)
    const reader = session()
    await reader.unsafe("SET lock_timeout = '1s'")
    const read = reader.unsafe(`SELECT count(*) AS count FROM "${schema}".index_vector`).then(
      ([row]) => Number(row?.count),
      (error: Error) => error.message,
    )
    expect(await read).toBe(2)
    await holder`SELECT pg_advisory_unlock(${gate})`
    expect(await erasing).toMatchObject({ memories: 1 })
    expect(await indexes()).toEqual([his])
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
