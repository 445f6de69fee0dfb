import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gunzipSync, gzipSync, strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { type Deployment, deploy } from '../support/deployment.ts'
import { withAccount } from '../support/rest.ts'

let deployment: Deployment
const tokens = new Map<string, string>()

beforeAll(async () => {
  deployment = await deploy()
  for (const user of ['ada', 'eve', 'bob', 'dan', 'kim', 'gus', 'hal']) {
    await deployment.dependencies.people?.add(user)
    tokens.set(user, (await deployment.signIn(await deployment.register(), { user })).access_token)
  }
})
afterAll(() => deployment.close())

const send = (user: string, path: string, init: RequestInit) =>
  deployment.send(`/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${tokens.get(user)}`, ...(init.headers as Record<string, string>) },
  })
const post = (user: string, path: string, body: unknown) =>
  send(user, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const importZip = (user: string, zip: Uint8Array, mode = 'skip') =>
  send(user, `/backup/import?mode=${mode}`, {
    method: 'POST',
    headers: { 'content-type': 'application/zip' },
    body: new Blob([new Uint8Array(zip)]),
  })

async function exported(user: string) {
  const response = await post(user, '/backup/export', {})
  expect(response.headers.get('content-type')).toBe('application/zip')
  expect(response.headers.get('content-disposition')).toContain('attachment')
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()))
  const lines = strFromU8(gunzipSync(files['memories.jsonl.gz'] ?? new Uint8Array()))
  return {
    files,
    document: JSON.parse(strFromU8(files['memories.json'] ?? new Uint8Array())),
    lines: lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
  }
}

const openMemoryLine = (n: number, parts: Record<string, unknown> = {}) => ({
  id: `00000000-0000-4000-8000-00000000000${n}`,
  content: `Remembered elsewhere, number ${n}.`,
  metadata: { n },
  created_at: `2025-03-0${n}T10:00:00.123456+00:00`,
  updated_at: `2025-03-0${n}T11:00:00+00:00`,
  state: 'active',
  app: 'openmemory',
  categories: ['past'],
  ...parts,
})
const zipOfLines = (lines: readonly unknown[]) =>
  zipSync({
    'memories.json': strToU8('{"memories":[]}'),
    'memories.jsonl.gz': gzipSync(
      strToU8(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')),
    ),
  })

describe('backup: OpenMemory’s export and import', () => {
  test('an OpenMemory export imports, is found, and comes out again equal', async () => {
    const lines = [
      openMemoryLine(1),
      openMemoryLine(2, { state: 'archived' }),
      openMemoryLine(3, { categories: [], metadata: {} }),
    ]
    const report = await (await importZip('ada', zipOfLines(lines))).json()
    expect(report).toMatchObject({ added: 3, overwritten: 0, skipped: 0, failed: 0, errors: [] })
    const back = (await exported('ada')).lines
    const millis = (line: Record<string, unknown>) => ({
      ...line,
      created_at: Date.parse(String(line.created_at)),
      updated_at: Date.parse(String(line.updated_at)),
    })
    expect(back.map(millis)).toMatchObject(lines.map(millis))
    const found = await (await post('ada', '/memories/search', { query: 'remembered elsewhere number 3' })).json()
    expect(found.results[0]).toMatchObject({ id: lines[2]?.id, app_name: 'import:openmemory' })
  })

  test('a round trip of our own loses nothing', async () => {
    const text = 'Der Zug fährt um neun. 🚂 日本 "quoted" \\ and\nlines'
    const added = await (
      await post('eve', '/memories/', {
        text,
        categories: ['travel', "o'brien"],
        metadata: { deep: [{ a: null }] },
        thread: 'trip',
        speaker: { kind: 'other', name: 'Grace' },
        occurred_at: '2026-05-07T18:30:00Z',
      })
    ).json()
    await post('eve', `/memories/${added.id}/supersede`, { text: 'Der Zug fährt um zehn.' })
    const first = await exported('eve')
    expect(first.document.memories).toHaveLength(2)
    expect(first.document).toMatchObject({ categories: [{}, {}], memory_categories: [{}, {}, {}, {}] })
    const zip = zipSync(first.files)
    expect(await (await importZip('bob', zip)).json()).toMatchObject({ added: 2, failed: 0 })
    expect((await exported('bob')).lines).toEqual(first.lines)
  })

  test('so does one of memories that are so much alike that they pack to less than a hundredth', async () => {
    const alike = { ...openMemoryLine(1), content: 'a'.repeat(100_000) }
    const lines = Array.from({ length: 24 }, (_, at) =>
      JSON.stringify({ ...alike, id: `00000000-0000-4000-8000-0000000004${at + 10}` }),
    )
    const gzipped = gzipSync(strToU8(lines.join('\n')))
    const first = await importZip('gus', zipSync({ 'memories.jsonl.gz': gzipped }, { level: 0 }))
    expect(await first.json()).toMatchObject({ added: 24, failed: 0 })
    const zip = new Uint8Array(await (await post('gus', '/backup/export', {})).arrayBuffer())
    expect(zip.byteLength).toBeLessThan(48_000)
    expect(await (await importZip('hal', zip)).json()).toMatchObject({ added: 24, failed: 0 })
  })

  test('of what was erased before an export nothing is in it, in any of its files', async () => {
    const text = 'The marker-quokka is to be forgotten.'
    const { id } = await (await post('bob', '/memories/', { text, categories: ['quokka-food'] })).json()
    const json = { 'content-type': 'application/json' }
    const reworded = JSON.stringify({ memory_content: 'The marker-quokka, in other words.' })
    await send('bob', `/memories/${id}`, { method: 'PUT', headers: json, body: reworded })
    await post('bob', '/memories/', { text: 'What stays.' })
    const bytesOf = async () =>
      Object.values((await exported('bob')).files)
        .map((file) => strFromU8(file[0] === 0x1f ? gunzipSync(file) : file))
        .join('\n')
    expect(await bytesOf()).toContain('quokka')
    await send('bob', '/memories/', { method: 'DELETE', headers: json, body: JSON.stringify({ memory_ids: [id] }) })
    const after = await bytesOf()
    expect(after).toContain('What stays.')
    expect(after).not.toContain('quokka')
  })

  test('mode: skip leaves what is here, overwrite brings back what was exported', async () => {
    const zip = zipOfLines([openMemoryLine(4)])
    await importZip('ada', zip)
    const { id } = openMemoryLine(4)
    await send('ada', `/memories/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ memory_content: 'Changed here.' }),
    })
    const content = async () => (await (await send('ada', `/memories/${id}`, {})).json()).content
    expect(await (await importZip('ada', zip, 'skip')).json()).toMatchObject({ skipped: 1, overwritten: 0 })
    expect(await content()).toBe('Changed here.')
    expect(await (await importZip('ada', zip, 'overwrite')).json()).toMatchObject({ skipped: 0, overwritten: 1 })
    expect(await content()).toBe('Remembered elsewhere, number 4.')
  })

  test('ids of another person’s memories are taken for new ones, and theirs stay', async () => {
    const line = openMemoryLine(5)
    await importZip('ada', zipOfLines([line]))
    expect(
      await (await importZip('eve', zipOfLines([{ ...line, content: 'Eve’s own.' }]), 'overwrite')).json(),
    ).toMatchObject({
      added: 1,
    })
    expect((await (await send('ada', `/memories/${line.id}`, {})).json()).content).toBe(line.content)
  })

  test('what was erased here stays erased, and what was deleted there is not brought in', async () => {
    const line = openMemoryLine(6)
    await importZip('ada', zipOfLines([line]))
    await send('ada', `/memories/${line.id}`, { method: 'DELETE' })
    const again = zipOfLines([line, openMemoryLine(7, { state: 'deleted' })])
    expect(await (await importZip('ada', again, 'overwrite')).json()).toMatchObject({
      added: 0,
      overwritten: 0,
      skipped: 2,
    })
  })

  test('errors are told by line, and the other lines come in', async () => {
    const lines = [
      openMemoryLine(8),
      '{"broken',
      openMemoryLine(9, { content: '' }),
      { id: 'x' },
      openMemoryLine(9, { created_at: 'soon' }),
    ]
    const report = await (await importZip('bob', zipOfLines(lines))).json()
    expect(report).toMatchObject({ added: 1, failed: 4 })
    expect(report.errors).toMatchObject([
      { line: 2 },
      { line: 3, field: 'content' },
      { line: 4, field: 'content' },
      { line: 5, field: 'created_at' },
    ])
  })

  test('a line that is not UTF-8, or too long, is told by its number, and the others come in', async () => {
    const [first, last] = [31, 32].map((n) =>
      strToU8(`${JSON.stringify(openMemoryLine(4, { id: `00000000-0000-4000-8000-0000000000${n}` }))}\n`),
    )
    const lines = Buffer.concat([
      first ?? new Uint8Array(),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`"${'a'.repeat(2_000_001)}"\n`),
      last ?? new Uint8Array(),
    ])
    const report = await (await importZip('bob', zipSync({ 'memories.jsonl.gz': gzipSync(lines) }))).json()
    expect(report).toMatchObject({ added: 2, failed: 2, errors: [{ line: 2 }, { line: 3 }] })
  })

  test('of a file that was cut off what came is kept, and the report ends with what is wrong; the whole file adds the rest', async () => {
    const lines = Array.from({ length: 600 }, (_, at) =>
      openMemoryLine(5, {
        id: `10000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
        content: `${crypto.randomUUID()} ${crypto.randomUUID()}`,
      }),
    )
    const zip = zipOfLines(lines)
    const cut = await (await importZip('bob', zip.slice(0, zip.byteLength / 2))).json()
    expect(cut.failed).toBe(1)
    expect(cut.added).toBeGreaterThan(100)
    expect(cut.errors.at(-1)).toMatchObject({ field: 'file', message: expect.stringContaining('too early') })
    const whole = await (await importZip('bob', zip)).json()
    expect(whole).toMatchObject({ added: 600 - cut.added, skipped: cut.added, failed: 0 })
  }, 60_000)

  test('a line with what no engine keeps is told by its number, and the others are taken', async () => {
    const lines = [
      openMemoryLine(1, { thread: 'a\0b' }),
      openMemoryLine(2, { categories: ['\ud800'] }),
      openMemoryLine(3, { position: 1e300 }),
      openMemoryLine(4, { thread: 'counted', position: Number.MAX_SAFE_INTEGER }),
      openMemoryLine(5, { id: 'any-other-id', created_at: '1955-01-01T00:00:00Z' }),
      openMemoryLine(6, { created_at: '1956-01-01T00:00:00Z' }),
    ]
    const report = await (await importZip('dan', zipOfLines(lines))).json()
    expect(report).toMatchObject({ added: 2, failed: 4, errors: [{ line: 1 }, { line: 2 }, { line: 3 }, { line: 4 }] })
    const first = await (await send('dan', '/memories/?size=1&sort_direction=asc', {})).json()
    expect(first.items).toMatchObject([{ id: 'any-other-id' }])
    const rest = await send('dan', `/memories/?sort_direction=asc&cursor=${encodeURIComponent(first.next_cursor)}`, {})
    expect((await rest.json()).items).toHaveLength(1)
  })

  test('ids that no address can name (RFC 3986 section 5.2.4) are told by line, and names that begin so are taken', async () => {
    const ids = ['.', '..', '...', '.a']
    const lines = ids.map((id) => openMemoryLine(1, { id, content: `Called ${id} there.`, thread: `of ${id}` }))
    const report = await (await importZip('dan', zipOfLines(lines))).json()
    expect(report).toMatchObject({ added: 2, failed: 2 })
    expect(report.errors).toMatchObject([
      { line: 1, field: 'id' },
      { line: 2, field: 'id' },
    ])
    expect((await send('dan', '/memories/...', {})).status).toBe(200)
  })

  test('an app’s name is shown without line ends and direction marks; an id or thread with control characters is told by line', async () => {
    const named = (n: number, app: string, parts: Record<string, unknown> = {}) =>
      openMemoryLine(n, { id: `named-${n}`, content: `Told by app number ${n}.`, app, ...parts })
    const lines = [
      named(1, 'x\u202ey\n'),
      named(2, '\u200b\n'),
      named(3, 'ok', { id: 'new\nline' }),
      named(4, 'ok', { thread: 'two\u2028lines' }),
      named(5, 'ok', { thread: 'talk \u{1f469}\u200d\u{1f4bb}' }),
    ]
    const report = await (await importZip('kim', zipOfLines(lines))).json()
    expect(report).toMatchObject({ added: 3, failed: 2 })
    expect(report.errors).toMatchObject([
      { line: 3, field: 'id' },
      { line: 4, field: 'thread' },
    ])
    const { items } = await (await send('kim', '/memories/?sort_direction=asc', {})).json()
    expect(items.map((one: { app_name: string }) => one.app_name)).toEqual(['import:xy', 'import:unknown', 'import:ok'])
    // What an import refuses is not taken from an app either: an export is read again.
    const refused = await post('kim', '/memories/', { text: 'Said in no thread.', thread: 'two\nlines' })
    expect([refused.status, (await refused.json()).field]).toEqual([422, 'thread'])
  })

  test('a thread that stands at the last place grows, and its export is read again', async () => {
    const lines = [0, 1, 2].map((n) =>
      openMemoryLine(n + 1, {
        id: `00000000-0000-4000-8000-0000000001a${n}`,
        thread: 'far',
        position: 1_000_000_000 + n,
      }),
    )
    const report = await (await importZip('dan', zipOfLines(lines))).json()
    expect(report).toMatchObject({ added: 3, failed: 0 })
    const twice = await (
      await importZip('dan', zipOfLines(lines.slice(0, 1).map((one) => ({ ...one, id: 'b' }))))
    ).json()
    expect(twice).toMatchObject({ added: 1, failed: 0 })
  })

  test('memories.json alone is read too, its categories and apps by their ids', async () => {
    const { app: _, categories: __, ...memory } = openMemoryLine(1, { id: '00000000-0000-4000-8000-0000000000aa' })
    const document = {
      apps: [{ id: 'a1', name: 'cursor' }],
      categories: [{ id: 'c1', name: 'work' }],
      memories: [{ ...memory, app_id: 'a1' }],
      memory_categories: [{ memory_id: memory.id, category_id: 'c1' }],
    }
    const zip = zipSync({ 'backup/memories.json': strToU8(JSON.stringify(document)) })
    expect(await (await importZip('bob', zip)).json()).toMatchObject({ added: 1 })
    expect(await (await send('bob', `/memories/${memory.id}`, {})).json()).toMatchObject({
      categories: ['work'],
      app_name: 'import:cursor',
    })
  })

  test('a form with the file and user_id, as OpenMemory’s dashboard sends it', async () => {
    const form = new FormData()
    form.set('file', new File([new Uint8Array(zipOfLines([openMemoryLine(2)]))], 'memories_export.zip'))
    form.set('user_id', 'somebody else')
    expect((await send('eve', '/backup/import', { method: 'POST', body: form })).status).toBe(403)
    form.delete('user_id')
    const answer = await send('eve', '/backup/import', { method: 'POST', body: form })
    expect(await answer.json()).toMatchObject({ added: 1 })
  })

  test('what is no export is refused with a reason', async () => {
    for (const bytes of [
      strToU8('not a zip at all'),
      zipSync({ 'other.txt': strToU8('x') }),
      zipSync({ 'memories.json': strToU8('[') }),
    ]) {
      const answer = await importZip('bob', bytes)
      expect(answer.status).toBeOneOf([400, 422])
      expect((await answer.json()).field).toBe('file')
    }
    const wrongType = await send('bob', '/backup/import', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    })
    expect((await wrongType.json()).field).toBe('content-type')
  })
})

describe('an import that outlives what it began with', () => {
  test('ends with the account: nothing is written for somebody who is gone', async () => {
    const user = 'fay'
    await deployment.dependencies.people?.add(user)
    const { access_token } = await deployment.signIn(await deployment.register({ scope: withAccount }), {
      user,
      scope: withAccount,
    })
    tokens.set(user, access_token)
    const lines = Array.from({ length: 2_000 }, (_, n) => JSON.stringify({ ...openMemoryLine(1), id: `slow-${n}` }))
    const zip = zipSync({ 'memories.jsonl.gz': gzipSync(strToU8(lines.join('\n')), { level: 0 }) }, { level: 0 })
    let goOn = () => {}
    const gone = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(zip.slice(0, zip.byteLength / 2))
        await gone
        controller.enqueue(zip.slice(zip.byteLength / 2))
        controller.close()
      },
    })
    const headers = { 'content-type': 'application/zip' }
    const importing = send(user, '/backup/import', { method: 'POST', headers, body })
    const { id } = await (await send(user, '/me', {})).json()
    while ((await (await send(user, '/stats', {})).json()).total_memories === 0) await Bun.sleep(5)
    const { confirmation } = await (await post(user, '/account/delete', {})).json()
    expect(await (await post(user, '/account/delete', { confirmation })).json()).toMatchObject({ deleted: true })
    goOn()
    expect((await importing).status).toBe(401)
    expect(await deployment.dependencies.api?.services.store.counts(id, id)).toMatchObject({ active: 0 })
  })
})
