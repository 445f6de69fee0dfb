/** A file that may not be sent to its end: the connection ends, the log has a line of it, and no runtime prints a stack. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { gzipSync, strToU8, zipSync } from 'fflate'
import { signIn } from '../support/script.ts'
import { type Product, startProduct, target } from '../support/server.ts'

/** More than the buffers of a connection take, of which nothing can be made smaller: each one word. */
const memories = Array.from({ length: 160 }, (_, at) => ({
  id: crypto.randomUUID(),
  content: Buffer.from(crypto.getRandomValues(new Uint8Array(72_000)))
    .toString('base64')
    .replace(/\W/g, 'x'),
  created_at: new Date(Date.UTC(2025, 2, 1) + at * 1000).toISOString(),
}))

let product: Product
beforeAll(async () => {
  product = await startProduct('one process', { EMBEDDER: 'none' })
  const { headers } = await app()
  const lines = memories.map((one) => JSON.stringify(one)).join('\n')
  const taken = await fetch(`${product.apiUrl}/api/v1/backup/import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/zip' },
    body: new Uint8Array(zipSync({ 'memories.jsonl.gz': gzipSync(strToU8(lines), { level: 0 }) }, { level: 0 })),
  })
  expect(await taken.json()).toMatchObject({ added: memories.length, failed: 0 })
}, 60_000)
afterAll(async () => {
  await product.stop()
})

async function app() {
  const { clientId, accessToken } = await signIn(product)
  return { clientId, accessToken, headers: { authorization: `Bearer ${accessToken}` } }
}

/** Asks for the file and takes the first of it; gives what then takes the rest, and tells what came last before the connection ended. */
async function exporting({ accessToken }: { readonly accessToken: string }): Promise<() => Promise<string>> {
  const { port, host } = new URL(product.apiUrl)
  let last = ''
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: Number(port),
    socket: {
      data(connection, part) {
        if (last === '') connection.pause()
        last = (last + part.toString('latin1')).slice(-1_000)
        begun.resolve()
      },
      close: () => ended.resolve(),
      error: () => ended.resolve(),
    },
  })
  socket.write(
    `POST /api/v1/backup/export HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nAuthorization: Bearer ${accessToken}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
  )
  await begun.promise
  return async () => {
    socket.resume()
    await ended.promise
    return last
  }
}

const since = (from: number) => product.output().slice(from)
const linesOf = (text: string, requestPart: string) =>
  text.split('\n').filter((line) => line.includes(requestPart) && !line.includes('"msg":"request"'))

test(`on ${target}: a token that is revoked, and an app that is limited, amid an export`, async () => {
  const [first, second, ruler] = [await app(), await app(), await app()]
  // Only an app that has written something is one of the person's.
  const noted = await fetch(`${product.apiUrl}/api/v1/memories/`, {
    method: 'POST',
    headers: { ...second.headers, 'content-type': 'application/json' },
    body: '{"text":"Tea at five."}',
  })
  expect(noted.status).toBe(200)
  const from = product.output().length
  const takingRest = [await exporting(first), await exporting(second)]
  await fetch(`${product.issuer}/auth/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ token: first.accessToken, client_id: first.clientId }),
  })
  const paused = await fetch(`${product.apiUrl}/api/v1/apps/${second.clientId}?is_active=false`, {
    method: 'PUT',
    headers: ruler.headers,
  })
  expect(paused.status).toBe(200)
  // RFC 9112 section 7.1: an answer in chunks that is whole ends with an empty one.
  for (const takeRest of takingRest) expect(await takeRest()).not.toEndWith('0\r\n\r\n')
  await Bun.sleep(200)
  const told = since(from)
  expect(linesOf(told, 'Invalid token')).toHaveLength(1)
  expect(linesOf(told, 'not sent to its end')).toEqual([expect.stringContaining('"reason":"app_limited"')])
  for (const line of told.split('\n').filter(Boolean)) expect(line).toStartWith('{"level":')
}, 60_000)
