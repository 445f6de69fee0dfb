/** `souvenir rebuild` beside a server that runs: what is derived is made anew from the memories, for all or for one person. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { rebuild as command } from '../../src/cli/rebuild.ts'
import { loadConfig } from '../../src/config/config.ts'
import { memoryRoles } from '../../src/config/roles.ts'
import { rebuild } from '../../src/dependencies/rebuild.ts'
import type { OwnerId } from '../../src/shared/brand.ts'
import { type Deployment, deploy } from '../support/deployment.ts'
import { failureOf } from '../support/failure.ts'
import { type Call, restCaller } from '../support/rest.ts'

const read: string[] = []
const embedded: string[] = []
/** Plays OpenAI's embeddings and chat: what it was asked is what the test looks at. */
const models = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const body = await request.json()
    if (new URL(request.url).pathname.endsWith('/embeddings')) {
      embedded.push(...body.input)
      return Response.json({ data: body.input.map((_: string, index: number) => ({ index, embedding: [1, 0.5] })) })
    }
    read.push(body.messages[1].content)
    const content = JSON.stringify({ facts: [], categories: [], entities: [], relations: [], occurred_on: null })
    return Response.json({ choices: [{ message: { role: 'assistant', content } }] })
  },
})
const modelUrl = `http://127.0.0.1:${models.port}/v1`

let deployment: Deployment
let ada: Call
let bob: Call
beforeAll(async () => {
  const embedder = { EMBEDDER_URL: modelUrl, EMBEDDER_MODEL: 'one' }
  deployment = await deploy({ ...embedder, EXTRACTOR_URL: modelUrl, EXTRACTOR_MODEL: 'reader' })
  for (const name of ['ada', 'bob']) await deployment.dependencies.people?.add(name)
  ada = await restCaller(deployment, 'ada')
  bob = await restCaller(deployment, 'bob')
  await ada('POST', '/memories/', { text: 'The heron nests above the weir.', entities: [{ name: 'Heron' }] })
  await bob('POST', '/memories/', { text: 'The otter swims at night.', entities: [{ name: 'Otter' }] })
  await until(() => times(read, 'heron') === 1 && times(read, 'otter') === 1)
  await until(() => times(embedded, 'heron') > 0 && times(embedded, 'otter') > 0)
})
afterAll(async () => {
  await deployment.close()
  await models.stop(true)
})

const times = (said: readonly string[], word: string) => said.filter((text) => text.includes(word)).length
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 400) throw new Error('it did not happen')
    await Bun.sleep(50)
  }
}
const finds = async (call: Call, query: string) =>
  (await call('POST', '/memories/search', { query })).body.results.map(({ content }: { content: string }) => content)
const idOf = async (name: string): Promise<OwnerId | undefined> =>
  (await Array.fromAsync(deployment.dependencies.people?.list() ?? [])).find((person) => person.name === name)?.id as
    | OwnerId
    | undefined

/** SQLite's derived rows, spoiled from outside; Postgres's stay, and are made anew all the same. */
function spoil(sql: string): void {
  if (process.env.MEMORY_STORE === 'postgres') return
  const database = new DatabaseSync(join(deployment.config.dataDir, 'memory.db'), { timeout: 5_000 })
  database.exec(sql)
  database.close()
}

test('embeddings: the worker asks the model for the texts of that person, and of nobody else', async () => {
  const [herons, otters] = [times(embedded, 'heron nests'), times(embedded, 'otter swims')]
  expect(await rebuild(deployment.config, 'embeddings', await idOf('ada'))).toBe(1)
  await until(() => times(embedded, 'heron nests') > herons)
  expect(times(embedded, 'otter swims')).toBe(otters)
})

test('index: the words of everybody are found again, though their index was lost', async () => {
  spoil('DELETE FROM index_posting; DELETE FROM index_tail; UPDATE index_owner SET version = version + 1')
  expect(await rebuild(deployment.config, 'index', undefined)).toBe(2)
  await until(async () => (await finds(ada, 'heron'))[0]?.includes('heron'))
  await until(async () => (await finds(bob, 'otter'))[0]?.includes('otter'))
})

test('graph: entities are there again, though their rows were lost', async () => {
  spoil('DELETE FROM relation; DELETE FROM mention; DELETE FROM entity')
  await rebuild(deployment.config, 'graph', undefined)
  await until(async () => JSON.stringify((await ada('GET', '/entities')).body).includes('Heron'))
  await until(async () => JSON.stringify((await bob('GET', '/entities')).body).includes('Otter'))
})

test('facts: the worker gives the texts to the model again', async () => {
  expect(await rebuild(deployment.config, 'facts', await idOf('bob'))).toBe(1)
  await until(() => times(read, 'otter') === 2)
  expect(times(read, 'heron')).toBe(1)
})

test('where no model is configured nothing is begun, and how to get one is said', async () => {
  const refused = async (what: 'embeddings' | 'facts', variables: Record<string, string>) => {
    const { embedder, extractor, command } = loadConfig(memoryRoles, { SOUVENIR_COMMAND: 'souvenir', ...variables })
    return String(await failureOf(rebuild({ ...deployment.config, embedder, extractor, command }, what, undefined)))
  }
  const missing = 'There is no model to make vectors with: '
  expect(await refused('embeddings', { DATA_DIR: deployment.config.dataDir })).toMatch(
    new RegExp(`${missing}all-MiniLM-L6-v2 is not in .+\\. Get it with: souvenir models pull, or name a server`),
  )
  expect(await refused('embeddings', { EMBEDDER_MODEL: 'nosuch', DATA_DIR: deployment.config.dataDir })).toContain(
    'models add DIR --name nosuch',
  )
  expect(await refused('embeddings', { EMBEDDER: 'none' })).toContain(`${missing}EMBEDDER is none. Set it to local`)
  expect(await refused('facts', {})).toContain('name a server in EXTRACTOR_URL')
})

test('what can be rebuilt is said when something else is asked for', async () => {
  for (const words of [[], ['everything'], ['index', 'graph']]) {
    const refused = expect(Promise.resolve(command.run(words))).rejects
    await refused.toThrow('rebuild takes one of index, embeddings, graph, facts')
  }
})
