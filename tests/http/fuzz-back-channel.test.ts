import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Endpoint } from '../../src/oidc/endpoint.ts'
import { endpoints } from '../../src/oidc/endpoints.ts'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  callback,
  clientSecret,
  confidentialWithoutPkce,
  startAuthorizationServer,
} from '../support/authorization-server.ts'
import { backChannel, basic, type Tokens, tokensOf } from '../support/back-channel.ts'
import { seeded } from '../support/seeded.ts'
import { signInToPages } from '../support/ui-client.ts'

/** `FUZZ_REQUESTS=20000` for a long run; `FUZZ_SEED` repeats one. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 2_000)
const seed = Number(process.env.FUZZ_SEED ?? 20_261_102)
const marker = 'zq"\'><svg/onload=zq>'

let server: AuthorizationServer
let client: Client
let back: ReturnType<typeof backChannel>
let own: Tokens
let seeds: readonly string[]
let registered: { client_id: string; registration_access_token: string }
let grant: string
beforeAll(async () => {
  server = await startAuthorizationServer({
    settings: { maxDynamicClients: requests, uiBaseUrl: 'https://pages.example' },
  })
  client = await server.addClient({
    ...confidentialWithoutPkce,
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  })
  back = backChannel(server)
  own = await tokensOf(
    await back.redeem(client, await back.mintCode(client), { client_secret: clientSecret, code_verifier: undefined }),
  )
  const pages = await signInToPages(server)
  registered = (await (await back.register({ redirect_uris: [callback] })).json()) as typeof registered
  grant = (await server.dependencies.stores.grants.listByClient(client.id))[0]?.id ?? ''
  seeds = [own.access_token, own.refresh_token, own.id_token, pages.access_token, registered.registration_access_token]
})
afterAll(() => server.close())

/** How often an address is tried: those that read what is sent more often than documents. */
const weightOf = ({ path, method }: Endpoint) => (path.includes('.well-known') ? 1 : method === 'POST' ? 12 : 4)
const methods = [...Array<string>(16).fill('POST'), 'GET', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH']
const names = [
  'grant_type',
  'code',
  'client_id',
  'client_secret',
  'redirect_uri',
  'code_verifier',
  'refresh_token',
  'scope',
  'resource',
  'token',
  'token_type_hint',
  'access_token',
  'client_assertion',
  'client_assertion_type',
  '__proto__',
  'constructor',
  '',
]
const metadataNames = [
  'redirect_uris',
  'client_name',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'scope',
  'jwks',
  'jwks_uri',
  'client_uri',
  'logo_uri',
  'post_logout_redirect_uris',
  'client_id',
  '__proto__',
]

describe(`the addresses that programs call, with whatever is sent to them (seed ${seed})`, () => {
  test(
    `${requests} requests: no 5xx, JSON or nothing, and nothing of the input in the answer's headers`,
    async () => {
      const random = seeded(seed)
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
      const values = [
        ...['authorization_code', 'refresh_token', 'client_credentials', 'password', client.id, clientSecret, 'none'],
        ...[
          'memories:read',
          'openid',
          'https://memory.example/mcp',
          'https://evil.example/',
          'javascript:alert(1)',
          'a.b.c',
        ],
        ...['urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.', marker],
        ...['', '\u0000', '\r\nx: y', '%ff', '\ud800', '\u202e', 'x'.repeat(5_000), '[[[[', '-1', ...seeds],
      ]
      const json: readonly unknown[] = [
        null,
        0,
        1e308,
        true,
        [],
        {},
        [[]],
        { keys: [null] },
        { keys: [{ kty: 'RSA' }] },
        ['https://a.example/cb'],
        ...values,
      ]
      const some = <T>(make: () => T) => Array.from({ length: random() * 3 }, make)
      /** A request that would be answered, with a few of its fields bent: most of the checks are behind the first ones. */
      const form = () => {
        const fields = new URLSearchParams(pick(wellFormed))
        for (const name of some(() => pick([...fields.keys(), ...names]))) {
          const bend = pick(['append', 'delete', 'set', 'set', 'set'] as const)
          if (bend === 'delete') fields.delete(name)
          else fields[bend](name, pick(values))
        }
        return fields.toString()
      }
      const metadata = () => ({
        redirect_uris: ['https://a.example/cb'],
        ...Object.fromEntries(some(() => [pick(metadataNames), pick(json)])),
      })
      const body = (path: string) => {
        if (random() < 0.1)
          return pick([JSON.stringify(pick(json)), `${form()}&${pick(['%', '%ff=%fe', '&&==', 'a=b;c=d'])}`])
        return path.startsWith('/auth/register') ? JSON.stringify(metadata()) : form()
      }
      const headers = () => ({
        ...pick([
          ...Array(8).fill({ 'content-type': 'application/x-www-form-urlencoded' }),
          { 'content-type': 'application/json' },
          {},
        ]),
        ...pick([
          basic(client.id, clientSecret),
          basic(client.id, clientSecret),
          { authorization: `Bearer ${pick(seeds)}` },
          { authorization: `Basic ${btoa(pick(['a', ':', 'a:b', '%:%']))}` },
          { authorization: pick(['Basic', 'Bearer', 'Bearer  ', 'Digest x', 'Basic !!!!']) },
          {},
        ]),
      })
      const codes = await Promise.all(Array.from({ length: 20 }, () => back.mintCode(client)))
      const wellFormed: Record<string, string>[] = [
        { grant_type: 'refresh_token', refresh_token: own.refresh_token },
        { grant_type: 'client_credentials', scope: 'memories:read' },
        { token: own.access_token, token_type_hint: 'access_token' },
        { access_token: own.access_token },
        ...codes.map((code) => ({ grant_type: 'authorization_code', code, redirect_uri: callback })),
      ]
      const all = endpoints(server.dependencies.settings).filter(({ errors }) => errors === 'json')
      const routes = all.flatMap((endpoint) => Array<Endpoint>(weightOf(endpoint)).fill(endpoint))
      const answers = new Set<string>()
      const answered = new Set<string>()
      for (let index = 0; index < requests; index++) {
        const route = pick(routes)
        const path = route.path.replace(/:\w+/g, () => pick(['x', '%ff', '__proto__', registered.client_id, grant]))
        const method = random() < 0.8 ? route.method : pick(methods)
        answered.add(`${method} ${route.path}`)
        const sent = method === 'GET' || method === 'HEAD' ? {} : { body: body(path) }
        const response = await server.send(path, { method, headers: headers() as Record<string, string>, ...sent })
        const answer = await response.text()
        answers.add(`${route.path} ${response.status}`)
        const what = `request ${index}: ${method} ${path} ${response.status} ${answer.slice(0, 300)}`
        expect(response.status < 500, what).toBe(true)
        expect([...response.headers].join(), what).not.toContain('svg')
        if (answer === '') continue
        expect(response.headers.get('content-type'), what).toStartWith('application/json')
        expect(JSON.parse(answer), what).toBeObject()
      }
      for (const reached of [
        '/auth/token 200',
        '/auth/register 201',
        '/auth/revoke 200',
        '/auth/introspect 200',
        '/auth/userinfo 200',
      ]) {
        expect([...answers]).toContain(reached)
      }
    },
    30 * requests,
  )
})
