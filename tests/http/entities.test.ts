/** What memories are about, over REST: entities, their timelines, how they are connected; and what an app may see of it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Deployment, deploy } from '../support/deployment.ts'
import { type Call, restCaller } from '../support/rest.ts'

let deployment: Deployment
let call: Call
let eve: Call
beforeAll(async () => {
  deployment = await deploy()
  for (const name of ['ada', 'eve']) await deployment.dependencies.people?.add(name)
  call = await restCaller(deployment, 'ada')
  eve = await restCaller(deployment, 'eve')
})
afterAll(() => deployment.close())

const add = async (text: string, parts: Record<string, unknown> = {}): Promise<string> =>
  (await call('POST', '/memories/', { text, ...parts })).body.id
const about = (...names: string[]) => ({ entities: names.map((name) => ({ name })) })

describe('entities', () => {
  test('what a model passes beside the text is kept with the memory, and said to be given', async () => {
    const id = await add('My sister works at the big aquarium since then.', {
      entities: [{ name: 'Grace', kind: 'person' }],
      relations: [{ subject: 'Grace', predicate: 'works at', object: 'Aquarium' }],
    })
    expect((await call('GET', `/memories/${id}/knowledge`)).body).toEqual({
      facts: [],
      entities: [
        { name: 'Aquarium', kind: 'other', origin: 'given' },
        { name: 'Grace', kind: 'person', origin: 'given' },
      ],
      relations: [{ subject: 'Grace', predicate: 'works_at', object: 'Aquarium', origin: 'given' }],
    })
    const { body } = await call('GET', '/entities/?query=grac')
    expect(body).toEqual({ entities: [{ name: 'Grace', kind: 'person', memories: 1 }] })
  })

  test('a search finds what is linked to an entity that its text does not name, and says so', async () => {
    const id = await add('My brother sings there.', about('Opera House'))
    const { results } = (await call('POST', '/memories/search', { query: 'Who sings in the opera house?' })).body
    expect(results[0]).toMatchObject({ id, why: { matched: ['sings'], entities: ['opera house'] } })
    expect(results[0].why.lists.map(({ name }: { name: string }) => name)).toEqual(['words', 'entities'])
    expect((await eve('POST', '/memories/search', { query: 'opera house' })).body.results).toEqual([])
  })

  test('a timeline goes by when it happened', async () => {
    const second = await add('They moved to a house.', { ...about('Rover'), occurred_at: '2024-03-01T00:00:00Z' })
    const first = await add('They got a dog.', { ...about('rover'), occurred_at: '2023-01-01T00:00:00Z' })
    const ids = async (query: string) =>
      (await call('GET', `/entities/timeline?entity=ROVER${query}`)).body.entries.map(
        ({ memory }: { memory: { id: string } }) => memory.id,
      )
    expect(await ids('')).toEqual([first, second])
    expect(await ids('&newest_first=true&limit=1')).toEqual([second])
    expect(await ids('&from=2024-01-01T00:00:00Z')).toEqual([second])
  })

  test('two entities are connected over the memories that name two of them', async () => {
    const one = await add('met at the conference', about('Ines', 'Ruby Club'))
    const two = await add('he runs it', {
      relations: [{ subject: 'Paulo', predicate: 'runs', object: 'Ruby Club' }],
    })
    const { body } = await call('GET', '/entities/paths?from=Ines&to=paulo')
    expect(body.paths).toMatchObject([
      {
        entities: [{ name: 'Ines' }, { name: 'Ruby Club' }, { name: 'Paulo' }],
        steps: [{ memory: { id: one } }, { memory: { id: two }, relation: { predicate: 'runs', reversed: true } }],
      },
    ])
    expect((await call('GET', '/entities/paths?from=Ines&to=nobody')).body).toEqual({ paths: [] })
    const nameless = await call('GET', '/entities/paths?from=Ines&to=%0C')
    expect([nameless.status, nameless.body.field]).toEqual([422, 'to'])
    expect((await call('GET', '/entities/paths?from=Ines&to=Paulo&max_steps=1')).body).toEqual({ paths: [] })
  })

  test('memories are connected by what both mention, the rarest first', async () => {
    const id = await add('tea with both', about('Common', 'Rare'))
    for (const n of [1, 2, 3]) await add(`common thing ${n}`, about('Common'))
    const rare = await add('rare thing', about('Rare'))
    const { body } = await call('GET', `/memories/${id}/connections`)
    expect(body.connected).toHaveLength(4)
    expect(body.connected[0]).toMatchObject({ memory: { id: rare }, shared: [{ name: 'Rare' }] })
  })

  test('another person has none of it', async () => {
    const id = await add('a secret of Ada', about('Hidden'))
    expect((await eve('GET', '/entities/')).body).toEqual({ entities: [] })
    expect((await eve('GET', '/entities/timeline?entity=Hidden')).body).toEqual({ entries: [] })
    expect((await eve('GET', '/entities/paths?from=Ines&to=Paulo')).body).toEqual({ paths: [] })
    for (const path of ['connections', 'knowledge']) {
      expect((await eve('GET', `/memories/${id}/${path}`)).status).toBe(404)
    }
  })

  test('what is deleted is forgotten here too', async () => {
    const id = await add('to be forgotten', about('Zanzibar'))
    await call('DELETE', `/memories/${id}`)
    expect((await call('GET', '/entities/?query=zanzibar')).body).toEqual({ entities: [] })
  })

  test('bad input names the field', async () => {
    const empty = await call('GET', '/entities/timeline?entity=%20')
    expect([empty.status, JSON.stringify(empty.body)]).toEqual([422, expect.stringContaining('entity')])
    expect((await call('GET', '/entities/timeline')).status).toBe(422)
    const { status } = await call('POST', '/memories/', { text: 'x', entities: [{ name: 'x', kind: 'alien' }] })
    expect(status).toBe(422)
  })
})
