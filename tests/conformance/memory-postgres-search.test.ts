/** How often a search asks Postgres: each time is a wait, and where the server is far it is most of a search. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Database, openPool } from '../../src/adapters/postgres/database.ts'
import { createNearest } from '../../src/adapters/postgres/index/nearest.ts'
import { postgresRecallIndex } from '../../src/adapters/postgres/index/read.ts'
import { recall } from '../../src/memory/recall.ts'
import { Secret } from '../../src/shared/secret.ts'
import { engineUrl } from '../support/engines.ts'
import { app, callerOf, draftOf, owner, policyAt } from '../support/memories.ts'
import { openPostgres } from '../support/memory-engines.ts'

const url = engineUrl('DATABASE_URL')
const chat = app('chat')
const notes = (count: number) => Array.from({ length: count }, (_, n) => draftOf(`Note ${n} about tea.`))

if (url !== undefined) {
  describe('Searching on Postgres', () => {
    let engine: Awaited<ReturnType<typeof openPostgres>>
    let db: Database
    let asked = 0
    beforeAll(async () => {
      engine = await openPostgres(url)
      db = openPool({ url: new Secret(url), schema: engine.schema, poolSize: 3 })
    })
    afterAll(async () => {
      await db.close()
      await engine.close()
    })

    /** A process beside the one that writes. */
    function reader(name: string) {
      const counted: Database = {
        ...db,
        run: (work) => {
          asked += 1
          return db.run(work)
        },
        snapshot: (work) => {
          asked += 3
          return db.snapshot(work)
        },
      }
      const index = postgresRecallIndex(counted, createNearest(counted, engine.withoutPgvector === undefined))
      const services = { store: engine.store, index, embedder: undefined }
      const find = async (query: string) => {
        asked = 0
        const hits = await recall(services, callerOf(name, 'chat'), { query, limit: 50, unlogged: true })
        return { asked, texts: hits.map(({ memory }) => memory.content) }
      }
      return find
    }
    const add = (name: string, texts: readonly string[]) =>
      engine.store.add(
        owner(name),
        chat,
        texts.map((text) => draftOf(text)),
        policyAt(),
      )

    test('where the process knows the owner it asks for what changed and for the memories, and nothing else', async () => {
      await engine.store.add(owner('ada'), chat, notes(600), policyAt())
      const find = reader('ada')
      expect((await find('Which note is about a kettle?')).texts).toHaveLength(50)
      expect((await find('tea')).asked).toBe(2)
      await add('ada', ['The kettle is red.'])
      expect(await find('What is red?')).toEqual({ asked: 2, texts: ['The kettle is red.'] })
      // So many words that the tail is packed.
      await add('ada', [Array.from({ length: 17_000 }, (_, n) => `w${n}`).join(' '), 'The lamp is green.'])
      expect(await find('What is red or green?')).toMatchObject({ asked: 2, texts: { length: 2 } })
      const [door] = await add('ada', ['A blue door.'])
      expect((await find('blue')).texts).toEqual(['A blue door.'])
      await engine.store.delete(owner('ada'), chat, door?.memory === undefined ? [] : [door.memory.id], { at: 1 })
      expect((await find('blue')).texts).toEqual([])
      expect(await find('blue')).toEqual({ asked: 1, texts: [] })
    })

    test('the server plans what a search asks a few times, and from then on not again', async () => {
      const one = openPool({ url: new Secret(url), schema: engine.schema, poolSize: 1 })
      await add('kim', ['A harp.'])
      const index = postgresRecallIndex(one, createNearest(one, engine.withoutPgvector === undefined))
      const services = { store: engine.store, index, embedder: undefined }
      for (let n = 0; n < 12; n++) {
        await add('kim', [`A harp and ${n} strings.`])
        await recall(services, callerOf('kim', 'chat'), { query: `harp ${n}`, limit: 5, unlogged: true })
      }
      const rows = await one.run(
        (sql) => sql<{ custom: number; generic: number }[]>`
          SELECT custom_plans AS custom, generic_plans AS generic FROM pg_prepared_statements WHERE custom_plans + generic_plans > 8`,
      )
      await one.close()
      expect(rows.map(({ custom }) => custom)).toEqual([5, 5])
      expect(rows.every(({ generic }) => generic > 5)).toBe(true)
    })

    test('more changes than travel with that are read by themselves', async () => {
      await add('bob', ['A violin.'])
      const find = reader('bob')
      expect((await find('violin')).texts).toEqual(['A violin.'])
      await engine.store.add(owner('bob'), chat, [...notes(2_100), draftOf('A second violin.')], policyAt())
      expect((await find('violin')).texts).toHaveLength(2)
      expect(await find('violin')).toMatchObject({ asked: 2, texts: { length: 2 } })
    })
  })
}
