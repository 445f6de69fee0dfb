/** souvenir backup, restore and migrate: what is kept comes back whole, on whichever engine. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { engineUrl } from '../support/engines.ts'
import { type Signed, signIn } from '../support/script.ts'
import { folderWithKeys, freePort, freshFolder, runCommand, type Server, startServer } from '../support/server.ts'

const port = await freePort()
const base = { PORT: String(port), OIDC_BASE_URL: `http://localhost:${port}` }
const original = { ...base, DATA_DIR: folderWithKeys() }
const file = join(freshFolder(), 'backup.jsonl.gz')
let signed: Signed
let before: Seen
let told: string
let erased: string

interface Seen {
  readonly memories: unknown
  readonly history: unknown
  readonly found: string
  readonly linked: string
  readonly apps: unknown
}

const api = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`http://localhost:${port}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${signed.accessToken}`, 'content-type': 'application/json' },
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json() as Promise<Record<string, unknown>>
}
const post = (path: string, body: unknown) => api(path, { method: 'POST', body: JSON.stringify(body) })

/** What its owner sees, with the token of before: it is accepted only where the keys came along. */
async function look(): Promise<Seen> {
  const list = (await api('/memories/?size=100')) as { items: { id: string }[] }
  const search = await post('/memories/search', { query: 'where does the otter sleep' })
  const linked = await post('/memories/search', { query: 'Aquarium' })
  return {
    memories: list.items.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
    history: await Promise.all(list.items.map(({ id }) => api(`/memories/${id}/history`))).then((all) =>
      all.map((one) => JSON.stringify(one)).toSorted(),
    ),
    found: JSON.stringify(search).includes('under the old bridge') ? 'the otter' : 'nothing',
    linked: JSON.stringify(linked).includes('works there since then') ? 'the sister' : 'nothing',
    apps: ((await api('/apps/')) as { apps?: { name: string }[] }).apps?.map(({ name }) => name),
  }
}

async function withServer<T>(variables: Record<string, string>, work: (server: Server) => Promise<T>): Promise<T> {
  const server = await startServer(variables, port)
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}

beforeAll(async () => {
  await withServer(original, async () => {
    signed = await signIn({ issuer: base.OIDC_BASE_URL, issueCode: () => runCommand(original, 'code') })
    for (let n = 0; n < 40; n++)
      await post('/memories/', { text: `Note ${n} about the river, and what grows beside it.` })
    await post('/memories/', { text: 'My sister works there since then.', entities: [{ name: 'Aquarium' }] })
    await post('/memories/', { text: 'The otter sleeps under the old bridge — «ok», 🦦, \u2028.' })
    const { items } = (await api('/memories/?size=1')) as { items: { id: string }[] }
    await api(`/memories/${items[0]?.id}`, {
      method: 'PUT',
      body: JSON.stringify({ memory_content: 'The otter sleeps under the old bridge, mostly.' }),
    })
    // In texts of now and of before, and in what it was asked for with.
    const { id } = await post('/memories/', { text: 'The marker-quokka is to be forgotten.' })
    const reworded = { memory_content: 'The marker-quokka, in other words.' }
    await api(`/memories/${id}`, { method: 'PUT', body: JSON.stringify(reworded) })
    await post('/memories/search', { query: 'marker-quokka' })
    await api('/memories/', { method: 'DELETE', body: JSON.stringify({ memory_ids: [id] }) })
    erased = String(id)
    before = await look()
    expect(before).toMatchObject({ found: 'the otter', linked: 'the sister' })
    // Beside the running server, which goes on writing.
    let writing = true
    const writer = (async () => {
      while (writing) await post('/memories/search', { query: 'river' })
    })()
    told = await runCommand(original, 'backup', file)
    writing = false
    await writer
  })
}, 90_000)

describe('souvenir backup and restore', () => {
  test('where nothing is kept there is no file that looks like a backup, and what to set is said', async () => {
    const none = join(freshFolder(), 'none.jsonl.gz')
    const failure = await runCommand({ DATA_DIR: freshFolder() }, 'backup', none).catch((error: Error) => error.message)
    expect(failure).toContain('exit 1')
    expect(failure).toContain('DATA_DIR')
    expect(existsSync(none)).toBe(false)
  }, 30_000)

  test('how many memories the file holds is said, and where they were', () => {
    // The mark of the one that was erased is among them.
    expect(told).toMatch(/^\d+ records, 43 memories among them, in .+: sign-in on SQLite, memories on SQLite$/)
  })

  test('the file is for its owner alone, and holds no token and no session', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const text = gunzipSync(readFileSync(file)).toString()
    for (const secret of signed.secrets) expect(text.includes(secret)).toBe(false)
    expect(text).toContain('"kind":"key"')
  })

  test('of what was erased before it was made it holds no word, and that it was erased', () => {
    const text = gunzipSync(readFileSync(file)).toString()
    expect(text).toContain('under the old bridge')
    expect(text).toContain(erased)
    expect(text).not.toContain('quokka')
  })

  test('an empty deployment is filled: the same memories, history and apps, and the same token is accepted', async () => {
    const variables = { ...base, DATA_DIR: freshFolder() }
    expect(await runCommand(variables, 'restore', file)).toContain(', 43 memories among them: ')
    await withServer(variables, async () => expect(await look()).toEqual(before))
  }, 60_000)

  test('a deployment that is not empty is left as it is', async () => {
    await expect(runCommand(original, 'restore', file)).rejects.toThrow('only an empty deployment')
  }, 30_000)

  test('a backup is not written over another unless it is asked for', async () => {
    const kept = readFileSync(file)
    await expect(runCommand(original, 'backup', file)).rejects.toThrow(`${file} exists`)
    expect(readFileSync(file).equals(kept)).toBe(true)
    const copy = join(freshFolder(), 'copy.gz')
    writeFileSync(copy, 'an older one')
    expect(await runCommand(original, 'backup', copy, '--replace')).toContain(`in ${copy}:`)
    expect(readFileSync(copy).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
  }, 30_000)

  test('half a backup, or another file, restores nothing', async () => {
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
    const broken = join(freshFolder(), 'broken.gz')
    for (const content of [
      gzipSync(lines.slice(0, -1).join('\n')),
      gzipSync('{"hello":1}\n'),
      readFileSync(file).subarray(0, 500),
    ]) {
      writeFileSync(broken, content)
      const variables = { ...base, DATA_DIR: freshFolder() }
      await expect(runCommand(variables, 'restore', broken)).rejects.toThrow(/backup/)
      await runCommand(variables, 'restore', file)
    }
  }, 60_000)

  test('of a backup whose records exclude one another nothing is kept: its lines are named, and a whole one restores after it', async () => {
    const variables = { ...base, DATA_DIR: freshFolder() }
    for (const broken of excluding()) {
      const failure = await runCommand(variables, 'restore', broken).catch((error: Error) => error.message)
      expect(failure).toMatch(/exit 1: Lines \d+ to \d+ of the backup: .+\n$/)
    }
    await runCommand(variables, 'restore', file)
    await withServer(variables, async () => expect(await look()).toEqual(before))
  }, 60_000)
})

/** Files of the same records, people first: with one memory twice, and with one person twice. */
function excluding(): string[] {
  const [header, ...records] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n').slice(0, -1)
  const isRow = (line: string) => line.startsWith('{"kind":"row"')
  const people = [...records.filter((line) => !isRow(line)), ...records.filter(isRow)]
  const [memory, user] = ['{"kind":"row","table":"memory"', '{"kind":"user"'].map((start) =>
    records.find((line) => line.startsWith(start)),
  )
  const again = JSON.parse(memory ?? '')
  again.value.seq += 1_000_000
  return [JSON.stringify(again), user].map((one) => {
    const path = join(freshFolder(), 'excluding.gz')
    const end = JSON.stringify({ kind: 'end', count: people.length + 1 })
    writeFileSync(path, gzipSync(`${[header, ...people, one, end].join('\n')}\n`))
    return path
  })
}

const [redisUrl, databaseUrl] = [engineUrl('REDIS_URL'), engineUrl('DATABASE_URL')]
if (redisUrl !== undefined && databaseUrl !== undefined) {
  describe('souvenir migrate --from sqlite --to configured', () => {
    const schema = `transfer_${randomUUID().replaceAll('-', '').slice(0, 12)}`
    const redis = new Redis(Object.assign(new URL(redisUrl), { pathname: '/11' }).href)
    const configured = {
      ...original,
      REDIS_URL: Object.assign(new URL(redisUrl), { pathname: '/11' }).href,
      DATABASE_URL: `${databaseUrl}?schema=${schema}`,
      KEYS_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    }
    beforeAll(() => redis.flushdb().then(() => undefined))
    afterAll(async () => {
      await redis.flushdb()
      redis.disconnect()
      const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
      await sql.unsafe(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
      await sql.end()
    })

    test('start-up refuses an empty engine beside a DATA_DIR that holds data, and names the command that moves it', async () => {
      const { DATABASE_URL: _database, ...onRedis } = configured
      const { REDIS_URL: _redis, KEYS_ENCRYPTION_KEY: _key, ...onPostgres } = configured
      await expect(startServer(onRedis, port)).rejects.toThrow(
        /Move them with: (npx bun src\/main\.ts|souvenir) migrate/,
      )
      await expect(startServer(onPostgres, port)).rejects.toThrow(
        /Move them with: (npx bun src\/main\.ts|souvenir) migrate/,
      )
    }, 60_000)

    test('people, clients, grants, keys and memories are there afterwards; a second time it refuses', async () => {
      await runCommand(configured, 'migrate', '--from', 'sqlite', '--to', 'configured')
      await withServer(configured, async (server) => {
        expect(server.output()).toContain('Postgres')
        expect(await look()).toEqual(before)
        await post('/memories/', { text: 'Something new, behind all that was moved.' })
      })
      await expect(runCommand(configured, 'migrate')).rejects.toThrow(/already/)
    }, 90_000)

    test('a backup of Redis and Postgres restores into files', async () => {
      const copy = join(freshFolder(), 'copy.gz')
      await runCommand(configured, 'backup', copy)
      const variables = { ...base, DATA_DIR: freshFolder() }
      await runCommand(variables, 'restore', copy)
      await withServer(variables, async () => {
        const { memories, found, linked } = await look()
        expect((memories as unknown[]).length).toBe((before.memories as unknown[]).length + 1)
        expect([found, linked]).toEqual(['the otter', 'the sister'])
      })
    }, 90_000)
  })

  describe('Redis that would forget', () => {
    test('start-up refuses it, says what to set, and starts when told that it may', async () => {
      const folder = freshFolder()
      const url = Object.assign(new URL(redisUrl), { pathname: '/10' }).href
      const variables = { ...base, DATA_DIR: folder, REDIS_URL: url, OIDC_KEYS_DIR: join(folder, 'keys') }
      const admin = new Redis(url)
      const [, appendonly] = (await admin.config('GET', 'appendonly')) as string[]
      admin.disconnect()
      if (appendonly === 'yes') return
      await expect(startServer({ ...variables, REDIS_DURABILITY: 'required' }, port)).rejects.toThrow('appendonly yes')
      await withServer({ ...variables, REDIS_DURABILITY: 'any' }, async (server) => {
        expect((await fetch(`${server.url}/health`)).status).toBe(200)
      })
    }, 60_000)
  })
}
