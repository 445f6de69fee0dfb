/** Exports that are under way, when what allowed them ends, and how many of them there may be. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { gunzipSync, gzipSync, strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { type Deployment, deploy } from '../support/deployment.ts'

let deployment: Deployment
beforeAll(async () => {
  deployment = await deploy()
  await deployment.dependencies.people?.add('ada')
  const taken = await (await app()).send('POST', '/backup/import', 'application/zip', new Blob([new Uint8Array(zip)]))
  expect(await taken.json()).toMatchObject({ added: memories.length })
})
afterAll(() => deployment.close())

/** So much that it cannot be made smaller: 12 memories, of which a page holds three. */
const memories = Array.from({ length: 12 }, (_, at) => ({
  id: `00000000-0000-4000-8000-0000000000${at + 10}`,
  content: Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('base64'),
  created_at: `2025-03-01T10:00:${at + 10}Z`,
}))
const zip = zipSync({ 'memories.jsonl.gz': gzipSync(strToU8(memories.map((one) => JSON.stringify(one)).join('\n'))) })

/** An app of the one person there is. */
async function app() {
  const client = await deployment.register()
  const { access_token } = await deployment.signIn(client, { user: 'ada' })
  const send = (method: string, path: string, type?: string, body?: RequestInit['body']) =>
    deployment.send(`/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${access_token}`, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
    })
  return {
    id: client.client_id as string,
    send,
    exporting: () => send('POST', '/backup/export', 'application/json', '{}'),
    revoke: () =>
      deployment.send('/auth/revoke', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ token: access_token, client_id: client.client_id }),
      }),
  }
}

/** Takes the first piece, lets something happen, and takes what then comes: its bytes, and whether it came to its end. */
async function takenAround(answer: Response, happen: () => Promise<unknown>) {
  const reader = answer.body?.getReader()
  if (reader === undefined) throw new Error('there is no file')
  await reader.read()
  await happen()
  let bytes = 0
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.byteLength
  } catch {
    // Why is in the log: `tests/e2e/cut-file.test.ts`.
    return { bytes, isWhole: false }
  }
  return { bytes, isWhole: true }
}

test('an export of many pages is whole', async () => {
  const first = await app()
  const files = unzipSync(new Uint8Array(await (await first.exporting()).arrayBuffer()))
  const lines = strFromU8(gunzipSync(files['memories.jsonl.gz'] ?? new Uint8Array()))
    .trimEnd()
    .split('\n')
  const { memories: all } = JSON.parse(strFromU8(files['memories.json'] ?? new Uint8Array()))
  for (const found of [lines.map((line) => JSON.parse(line)), all]) {
    expect(found.map(({ content }: { content: string }) => content)).toEqual(memories.map(({ content }) => content))
  }
})

test('RFC 7009 section 2.1: once its token is revoked nothing more of an export is given', async () => {
  const first = await app()
  expect(await takenAround(await first.exporting(), first.revoke)).toEqual({ bytes: 0, isWhole: false })
})

test('when its person pauses the app, the page that is being sent is the last', async () => {
  const [first, ruler] = [await app(), await app()]
  await first.send('POST', '/memories/', 'application/json', '{"text":"Tea at five."}')
  const pause = async () => expect((await ruler.send('PUT', `/apps/${first.id}?is_active=false`)).status).toBe(200)
  const { bytes, isWhole } = await takenAround(await first.exporting(), pause)
  expect(bytes).toBeLessThan(400_000)
  expect(isWhole).toBe(false)
})

test('a person has two exports open at once; one that is given up makes room', async () => {
  const first = await app()
  const open = [await first.exporting(), await (await app()).exporting()]
  const third = await first.exporting()
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '5'])
  expect(await third.json()).toMatchObject({ code: 'too_many_at_once' })
  await open[0]?.body?.cancel()
  const next = await first.exporting()
  expect(next.status).toBe(200)
  await Promise.all([next, open[1]].map((answer) => answer?.body?.cancel()))
})
