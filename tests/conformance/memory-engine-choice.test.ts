/** Which engine a configuration chooses, and what it refuses so that memories do not look lost. */
import { afterEach, describe, expect, test } from 'bun:test'
import { loadConfig } from '../../src/config/config.ts'
import { memoryFileOf, openMemoryEngine, openOnSqlite } from '../../src/dependencies/memory-engine.ts'
import { checkEngines } from '../../src/http/health.ts'
import { Fault } from '../../src/shared/fault.ts'
import { engineUrl } from '../support/engines.ts'
import { app, draftOf, owner, policyAt } from '../support/memories.ts'
import { postgresSchema } from '../support/memory-engines.ts'
import { freshFolder } from '../support/server.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const configured = (environment: Record<string, string>) =>
  loadConfig(undefined, { DATA_DIR: freshFolder(), ...environment })
const remember = async ({ store, close }: Awaited<ReturnType<typeof openMemoryEngine>>) => {
  await store.add(owner('ada'), app('chat'), [draftOf('Rex is brown.')], policyAt())
  await close()
}

test('without DATABASE_URL memories are in SQLite', async () => {
  const engine = await openMemoryEngine(configured({}))
  expect(engine.name).toBe('SQLite')
  expect(await checkEngines(engine.healthChecks)).toMatchObject([{ engine: 'sqlite', state: 'up' }])
  await engine.close()
})

const url = engineUrl('DATABASE_URL')
if (url !== undefined) {
  describe('DATABASE_URL', () => {
    const schema = () => {
      const made = postgresSchema(url)
      cleanups.push(made.drop)
      return made
    }

    test('keeps memories in Postgres, and the start says so; POSTGRES_PASSWORD is its password where it has none', async () => {
      const address = new URL(schema().url)
      const password = decodeURIComponent(address.password)
      address.password = ''
      const config = configured({ DATABASE_URL: address.href, POSTGRES_PASSWORD: password })
      const engine = await openMemoryEngine(config)
      expect(engine.name).toMatch(/^Postgres with(out)? pgvector/)
      expect(await checkEngines(engine.healthChecks)).toEqual([{ engine: 'postgres', state: 'up', needed: true }])
      await engine.close()
    })

    test('an empty database beside a DATA_DIR that holds memories is refused, and what moves them is named', async () => {
      const config = configured({ DATABASE_URL: schema().url })
      await remember(await openOnSqlite(config))
      const error = await openMemoryEngine(config).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(Fault)
      expect(String(error)).toContain(`Move them with: ${config.command} migrate`)
      expect(String(error)).toContain(config.dataDir)
    })

    test('a DATA_DIR without memories, or a database with some, is not refused', async () => {
      const { url: address } = schema()
      const config = configured({ DATABASE_URL: address })
      await (await openOnSqlite(config)).close()
      await remember(await openMemoryEngine(config))
      await remember(await openOnSqlite(config))
      await (await openMemoryEngine(config)).close()
      expect(memoryFileOf(config)).toEndWith('memory.db')
    })
  })
}
