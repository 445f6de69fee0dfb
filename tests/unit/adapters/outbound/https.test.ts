import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { httpsOutbound } from '../../../../src/adapters/outbound/https.ts'
import { errorRecord } from '../../../../src/shared/error-record.ts'

const pem = (name: string) => readFileSync(new URL(`../../../support/tls/${name}`, import.meta.url), 'utf8')
const ca = pem('client.example.crt')
const outbound = httpsOutbound({ ca })

const paths: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/ok': (response) => response.setHeader('cache-control', 'max-age=5').end('{"a":1}'),
  '/long': (response) => response.end('x'.repeat(5_000)),
  '/moved': (response) => response.writeHead(302, { location: '/ok' }).end(),
  '/trickle': (response) => {
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => clearInterval(timer))
  },
  '/silent': () => {},
}
const seen: string[] = []
const server = createServer({ cert: ca, key: pem('client.example.key') }, (request, response) => {
  seen.push(`${request.headers.host}${request.url}`)
  paths[request.url ?? '']?.(response)
})
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const get = (path: string, { host = 'client.example', limitBytes = 1_000, afterMs = 2_000 } = {}) =>
  outbound.get(new URL(`https://${host}:${port}${path}`), {
    address: '127.0.0.1',
    limitBytes,
    signal: AbortSignal.timeout(afterMs),
  })

describe('the way out', () => {
  test('it connects to the address it was given, for the host of the URL', async () => {
    const { status, headers, body } = await get('/ok')
    expect([status, headers.get('cache-control'), Buffer.from(body).toString()]).toEqual([200, 'max-age=5', '{"a":1}'])
    expect(seen).toContain(`client.example:${port}/ok`)
  })

  test('RFC 9110 section 4.3.4: the certificate must be for that host', async () => {
    await expect(get('/ok', { host: 'other.example' })).rejects.toThrow()
  })

  test('it follows no redirect', async () => {
    expect((await get('/moved')).status).toBe(302)
  })

  test('it stops at the size limit, and the log can say so', async () => {
    const error = await get('/long').catch((thrown) => thrown)
    expect(errorRecord(error)).toMatchObject({ message: 'the answer is longer than 1000 bytes' })
    expect((await get('/long', { limitBytes: 5_000 })).body.byteLength).toBe(5_000)
  })

  for (const path of ['/trickle', '/silent']) {
    test(`its deadline holds for the whole answer: ${path}`, async () => {
      await expect(get(path, { afterMs: 200 })).rejects.toThrow()
    })
  }

  test('an address is its own resolution; a name that does not exist has none', async () => {
    const signal = AbortSignal.timeout(5_000)
    expect(await outbound.resolve('127.0.0.1', signal)).toEqual(['127.0.0.1'])
    expect(await outbound.resolve('[::1]', signal)).toEqual(['::1'])
    await expect(outbound.resolve('nothing.invalid', signal)).rejects.toThrow()
    await expect(outbound.resolve('localhost', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
  })
})
