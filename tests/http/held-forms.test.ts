/**
 * Imports: who may send one, how many are under way at once, and how much is held of forms, which the runtime reads into memory as a
 * whole (RFC 7578).
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { gzipSync, strToU8, zipSync } from 'fflate'
import { type Deployment, deploy } from '../support/deployment.ts'

const mega = 1024 * 1024
let deployment: Deployment
const ending: (() => void)[] = []
beforeAll(async () => {
  deployment = await deploy()
})
afterAll(async () => {
  for (const end of ending) end()
  await deployment.close()
})

async function person(user: string) {
  await deployment.dependencies.people?.add(user)
  const app = async () => {
    const client = await deployment.register()
    const { access_token } = await deployment.signIn(client, { user })
    return {
      id: client.client_id as string,
      send: (path: string, init: RequestInit) =>
        deployment.send(`/api/v1${path}`, {
          ...init,
          headers: { authorization: `Bearer ${access_token}`, ...(init.headers as Record<string, string>) },
        }),
    }
  }
  return { app }
}
type App = Awaited<ReturnType<Awaited<ReturnType<typeof person>>['app']>>

const head = strToU8(
  '--b\r\ncontent-disposition: form-data; name="file"; filename="x.zip"\r\ncontent-type: application/zip\r\n\r\n',
)
/** Sends so many bytes of a form, and no end of it until the tests are over. */
function withoutEnd(app: App, bytes: number) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(head)
      for (let at = 0; at < bytes; at += mega) controller.enqueue(new Uint8Array(mega))
      ending.push(() => controller.error(new Error('the sender is gone')))
    },
  })
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  return app.send('/backup/import', { method: 'POST', headers, body })
}
const soon = <T>(answer: Promise<T>) => Promise.race([answer, Bun.sleep(2_000).then(() => 'no answer' as const)])
const refusal = async (answer: Response | 'no answer') =>
  answer === 'no answer' ? answer : { status: answer.status, code: (await answer.json()).code }

const line = { id: '00000000-0000-4000-8000-000000000001', content: 'Tea at five.', created_at: '2025-03-01T10:00:00Z' }
const zip = zipSync({ 'memories.jsonl.gz': gzipSync(strToU8(JSON.stringify(line))) })
const whole = (app: App, bytes = new Uint8Array(zip)) => {
  const body = new FormData()
  body.set('file', new File([bytes], 'memories_export.zip'))
  return app.send('/backup/import', { method: 'POST', body })
}

test('an app that its person has paused is refused before its form is read', async () => {
  const { app } = await person('ada')
  const [ruler, paused] = [await app(), await app()]
  await paused.send('/memories/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"text":"Tea."}',
  })
  expect((await ruler.send(`/apps/${paused.id}?is_active=false`, { method: 'PUT' })).status).toBe(200)
  expect(await refusal(await soon(withoutEnd(paused, mega)))).toMatchObject({ status: 403 })
})

test('of one person’s forms 16 MB are held: more is refused, and another person’s is taken in', async () => {
  const app = await (await person('bob')).app()
  const open = [withoutEnd(app, 7 * mega), withoutEnd(app, 7 * mega)]
  expect(await soon(Promise.race(open))).toBe('no answer')
  const third = await soon(withoutEnd(app, 7 * mega))
  expect(third === 'no answer' ? third : third.headers.get('retry-after')).toBe('5')
  expect(await refusal(third)).toEqual({ status: 429, code: 'too_many_at_once' })
  expect((await whole(await (await person('grace')).app())).status).toBe(200)
})

test('of one person one import is under way: another is refused until it has ended, and another person’s is taken in', async () => {
  const { app } = await person('ivy')
  const [one, other] = [await app(), await app()]
  let file: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      file = controller
    },
  })
  const asBody = (by: App, bytes: RequestInit['body']) =>
    by.send('/backup/import', { method: 'POST', headers: { 'content-type': 'application/zip' }, body: bytes ?? null })
  const first = asBody(one, body)
  expect(await Promise.race([first, Bun.sleep(50).then(() => 'no answer' as const)])).toBe('no answer')
  for (const again of [await soon(asBody(other, new Blob([new Uint8Array(zip)]))), await soon(whole(one))]) {
    expect(again === 'no answer' ? again : again.headers.get('retry-after')).toBe('5')
    expect(await refusal(again)).toEqual({ status: 429, code: 'too_many_at_once' })
  }
  expect((await whole(await (await person('joan')).app())).status).toBe(200)
  file?.enqueue(new Uint8Array(zip))
  file?.close()
  expect((await first).status).toBe(200)
  expect((await whole(other)).status).toBe(200)
})

test('what was held is given back with each answer', async () => {
  const app = await (await person('dan')).app()
  const large = new Uint8Array(7 * mega)
  for (let times = 0; times < 4; times++) expect((await whole(app, large)).status).toBeOneOf([400, 422])
  expect((await whole(app)).status).toBe(200)
})

test('RFC 9110 section 15.5.14: a file of more than 8 MB is no form’s; the answer says how to send it', async () => {
  const answer = await whole(await (await person('eve')).app(), new Uint8Array(9 * mega))
  expect(answer.status).toBe(413)
  expect(await answer.json()).toMatchObject({ field: 'file', detail: expect.stringContaining('as the body') })
})
