import { afterAll, describe, expect, test } from 'bun:test'
import { boundedFetch } from '../../../../src/adapters/google/bounded-fetch.ts'
import { discoverMetadata } from '../../../../src/adapters/google/metadata.ts'
import { testClock } from '../../../support/time.ts'

let document: Record<string, unknown> = {}
let asked = 0
const trickle = () =>
  new ReadableStream({
    async pull(controller) {
      await Bun.sleep(20)
      controller.enqueue(new TextEncoder().encode(' '))
    },
  })
const server = Bun.serve({
  port: 0,
  fetch({ url }) {
    switch (new URL(url).pathname) {
      case '/slow':
        return Bun.sleep(2_000).then(() => new Response('late'))
      case '/trickle':
        return new Response(trickle())
      case '/large':
        return new Response('x'.repeat(1_001))
      case '/elsewhere':
        return Response.redirect('/small')
      case '/.well-known/openid-configuration':
        asked++
        return Response.json(document)
      default:
        return new Response('{"a":1}')
    }
  },
})
const at = `http://localhost:${server.port}`
afterAll(() => server.stop(true))

describe('an answer of a provider', () => {
  const limits = { timeoutMs: 150, bytes: 1_000 }
  test('within the limits is read whole', async () => {
    const patient = { ...limits, timeoutMs: 10_000 }
    expect(await (await boundedFetch(`${at}/small`, {}, patient)).json()).toEqual({ a: 1 })
  })
  for (const what of ['slow', 'trickle', 'large', 'elsewhere'])
    test(`${what}: the provider is unavailable`, async () => {
      await expect(boundedFetch(`${at}/${what}`, {}, limits)).rejects.toMatchObject({ kind: 'unavailable' })
    })
})

describe('OpenID Connect Discovery section 4', () => {
  const good = () => ({
    issuer: at,
    authorization_endpoint: 'https://idp.example/authorize',
    token_endpoint: 'https://idp.example/token',
    jwks_uri: 'https://idp.example/jwks',
  })

  test('is asked for once an hour', async () => {
    document = good()
    asked = 0
    const clock = testClock()
    const find = discoverMetadata(at, clock)
    await Promise.all([find(), find(), find()])
    expect(asked).toBe(1)
    clock.advanceSeconds(3_601)
    expect((await find()).tokenEndpoint).toBe('https://idp.example/token')
    expect(asked).toBe(2)
  })

  for (const [what, changes] of [
    ['section 4.3: another issuer', { issuer: 'https://evil.example' }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['a token endpoint without TLS', { token_endpoint: 'http://idp.example/token' }],
    ['a jwks_uri that is no address', { jwks_uri: 'jwks' }],
  ] as const)
    test(`${what} is not used, and a failure is not kept`, async () => {
      const find = discoverMetadata(at, testClock())
      document = { ...good(), ...changes }
      await expect(find()).rejects.toMatchObject({ kind: 'unavailable' })
      document = good()
      expect((await find()).jwksUri).toBe('https://idp.example/jwks')
    })
})
