/** Secrets are masked before the write wherever a person's words are kept, on SQLite and with MEMORY_STORE=postgres on Postgres. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gzipSync, strToU8, zipSync } from 'fflate'
import type { Deployment } from '../support/deployment.ts'
import { type Call, deployFor } from '../support/rest.ts'

// Put together here, so that no scanner takes this file for a leak.
const key = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_')
const mark = '[masked: GitHub token]'

let deployment: Deployment
let call: Call
beforeAll(async () => {
  ;({ deployment, call } = await deployFor('ada'))
})
afterAll(() => deployment.close())

/** Everything that the person can be shown, as one text. */
const everything = async () => {
  const listed = await call('GET', '/memories/?size=100')
  const answers = [
    listed,
    await call('GET', '/memories/categories'),
    await call('GET', '/apps/'),
    await call('GET', '/entities/'),
  ]
  for (const { id } of listed.body.items) {
    answers.push(await call('GET', `/memories/${id}/access-log`), await call('GET', `/memories/${id}/history`))
  }
  for (const { status } of answers) expect(status).toBe(200)
  return JSON.stringify(answers.map(({ body }) => body))
}

describe('a secret beside the text of a memory', () => {
  test('categories, thread, speaker, entities and relations are kept without it, and the answer says so', async () => {
    const { body } = await call('POST', '/memories/', {
      text: 'The deploy key of the greenhouse was changed.',
      categories: [`key ${key}`],
      thread: key,
      speaker: { kind: 'other', name: key },
      entities: [{ name: key, kind: 'thing' }],
      relations: [
        { subject: 'greenhouse', predicate: 'has_token', object: key },
        { subject: 'greenhouse wifi', predicate: 'password_is', object: ['t0mato', 'vine'].join('-') },
      ],
    })
    expect(body.note).toContain('GitHub token')
    expect(body.note).toContain('password')
    expect(body.categories).toEqual([`key ${mark}`])
    const shown = await everything()
    expect(shown).toContain(mark)
    expect(shown).not.toContain(key)
    expect(shown).not.toContain('t0mato')
  })

  test('so they are when a memory is changed', async () => {
    const { body } = await call('POST', '/memories/', { text: 'The heron nests above the weir.' })
    const put = await call('PUT', `/memories/${body.id}`, { categories: [key] })
    expect(put.body.categories).toEqual([mark])
  })

  test('two that have the same mark are one category', async () => {
    const other = key.replace('a1', 'z1')
    const { status, body } = await call('POST', '/memories/', {
      text: 'The bittern booms at dusk.',
      categories: [key, other],
    })
    expect({ status, categories: body.categories }).toEqual({ status: 200, categories: [mark] })
    expect((await call('PUT', `/memories/${body.id}`, { categories: [other, key] })).body.categories).toEqual([mark])
  })

  test('a mark makes no label longer than one may be, so that tools can go on showing it', async () => {
    const { body } = await call('POST', '/memories/', {
      text: 'The reed warbler sings.',
      categories: [`${'x'.repeat(77)} password: ab12cd`],
    })
    expect(body.note).toContain('password')
    expect(body.categories[0]).toHaveLength(100)
    const { access_token } = await deployment.signIn(await deployment.register(), { user: 'ada' })
    const listed = await deployment.send('/mcp', {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_memories' } }),
    })
    const { result } = (await listed.json()) as { result: { isError?: boolean; structuredContent?: unknown } }
    expect(result.isError).toBeUndefined()
    expect(result.structuredContent).toBeDefined()
  })

  test('a text and metadata that marks make too long are refused by name', async () => {
    const text = `${'z'.repeat(99_980)} password: ab12cd`
    expect((await call('POST', '/memories/', { text })).body).toMatchObject({ status: 422, field: 'text' })
    const metadata = { note: `${'z'.repeat(15_968)} password: ab12cd` }
    const refused = await call('POST', '/memories/', { text: 'The wren is small.', metadata })
    expect(refused.body).toMatchObject({ status: 422, field: 'metadata' })
  })

  test('a question that holds one is kept nowhere', async () => {
    await call('POST', '/memories/search', { query: `heron weir ${key}` })
    const shown = await everything()
    expect(shown).not.toContain('heron weir')
    expect(shown).not.toContain(key)
  })

  test('so are those of an import, the name of the app among them', async () => {
    const line = {
      id: 'imported-1',
      content: 'The boathouse opens in May.',
      app: key,
      categories: [key, key.replace('a1', 'z1')],
      thread: key,
      speaker: { kind: 'other', name: key },
      entities: [{ name: key }],
      relations: [{ subject: key, predicate: 'opens', object: key }],
    }
    const zip = zipSync({
      'memories.json': strToU8('{"memories":[]}'),
      'memories.jsonl.gz': gzipSync(strToU8(JSON.stringify(line))),
    })
    const { access_token } = await deployment.signIn(await deployment.register(), { user: 'ada' })
    const imported = await deployment.send('/api/v1/backup/import', {
      method: 'POST',
      headers: { 'content-type': 'application/zip', authorization: `Bearer ${access_token}` },
      body: new Blob([new Uint8Array(zip)]),
    })
    expect(await imported.json()).toMatchObject({ added: 1 })
    expect(await everything()).not.toContain(key)
  })

  test('what apps should keep in mind is kept without one', async () => {
    const card = '4111 1111 1111 1111'
    const cards = `${card}, `.repeat(500).slice(0, 10_000)
    const refused = await call('PUT', '/config/', { openmemory: { custom_instructions: cards } })
    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({ code: 'too_long', field: 'openmemory.custom_instructions' })
    const { body } = await call('PUT', '/config/', { openmemory: { custom_instructions: `Use ${key}.` } })
    expect(body.openmemory.custom_instructions).toBe(`Use ${mark}.`)
  })
})

test('MASK_SECRETS=off: a deployment that wants its words as they are keeps them, and says nothing', async () => {
  const plain = await deployFor('ada', { MASK_SECRETS: 'off' })
  const text = `The key of the greenhouse is ${key}.`
  const { body } = await plain.call('POST', '/memories/', { text, categories: [key], metadata: { token: key } })
  expect(body).toMatchObject({ content: text, categories: [key], metadata_: { token: key } })
  expect(body.note).toBeUndefined()
  expect((await plain.call('GET', `/memories/${body.id}`)).body.text).toBe(text)
  await plain.deployment.close()
})
