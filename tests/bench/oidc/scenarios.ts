/** What an OpenID provider is asked for all day, the same of both servers. */
import { createBrowser, formOf } from '../../support/browser.ts'
import { runCommand } from '../../support/server.ts'
import { type Answer, requestText } from '../http-connection.ts'
import { expectStatus, type Scenario } from '../load.ts'
import type { ProductRunning } from '../processes.ts'
import { authorizationUrl, callback, flow, type Measurable, verifier } from './flow.ts'

const connections = 8
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const ok = (answer: Answer) => expectStatus(answer, 200)
const same = (name: string, request: string, received = ok): Scenario => ({
  name,
  connections,
  request: () => request,
  received,
})
const post = (path: string, fields: Record<string, string>) =>
  requestText('POST', path, form, new URLSearchParams(fields).toString())

interface Machine {
  readonly client_id: string
  readonly client_secret: string
}

export async function productScenarios(server: ProductRunning): Promise<Scenario[]> {
  const registered = await fetch(`${server.issuer}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [callback], token_endpoint_auth_method: 'none' }),
  })
  const { client_id: clientId } = (await registered.json()) as { client_id: string }
  const at = { authorizePath: '/auth/authorize', tokenPath: '/auth/token', clientId, resource: server.issuer }
  const browser = createBrowser(server.issuer, (request) => fetch(request))
  const signIn = await browser.open(authorizationUrl(at, 'openid offline_access memories:read'))
  const consent = await browser.submit(formOf(signIn, '/code'), { code: await server.issueCode() })
  await browser.submit(formOf(consent, '/auth/consent/'), { decision: 'allow' })
  const printed = await runCommand({ DATA_DIR: server.dataDir }, 'clients', 'add', '--machine')
  const machine = {
    client_id: /client id\s+(\S+)/.exec(printed)?.[1] ?? '',
    client_secret: /client secret\s+(\S+)/.exec(printed)?.[1] ?? '',
  }
  return scenarios(
    'souvenir',
    server.issuer,
    { ...at, cookie: cookieOf(browser) },
    machine,
    '/auth/jwks',
    '/auth/introspect',
  )
}

export async function providerScenarios(port: number): Promise<Scenario[]> {
  const issuer = `http://localhost:${port}`
  const at = { authorizePath: '/auth', tokenPath: '/token', clientId: 'app', resource: 'https://memory.example/api' }
  const browser = createBrowser(issuer, (request) => fetch(request))
  const signIn = await browser.open(authorizationUrl(at, 'openid memories:read'))
  const consent = await browser.submit(formOf(signIn, '/interaction/'), { login: 'ada', password: 'x' })
  await browser.submit(formOf(consent, '/interaction/'), {})
  const machine = { client_id: 'machine', client_secret: 'the-secret-of-the-bench-the-secret-of-the-bench' }
  return scenarios(
    'oidc-provider',
    issuer,
    { ...at, cookie: cookieOf(browser) },
    machine,
    '/jwks',
    '/token/introspection',
  )
}

const cookieOf = ({ cookies }: ReturnType<typeof createBrowser>) =>
  [...cookies].map((pair) => pair.join('=')).join('; ')

async function scenarios(
  name: string,
  issuer: string,
  server: Measurable,
  machine: Machine,
  jwks: string,
  introspect: string,
): Promise<Scenario[]> {
  const of = (what: string) => `${name}: ${what}`
  const credentials = { grant_type: 'client_credentials', scope: 'memories:read', ...machine }
  const opaque = (await (
    await fetch(issuer + server.tokenPath, { method: 'POST', body: new URLSearchParams(credentials) })
  ).json()) as { access_token: string }
  return [
    same(of('discovery'), requestText('GET', '/.well-known/openid-configuration')),
    same(of('key set'), requestText('GET', jwks)),
    same(of('introspection of an access token'), post(introspect, { token: opaque.access_token, ...machine }), active),
    same(
      of('client_credentials, one signature'),
      post(server.tokenPath, { ...credentials, resource: server.resource }),
    ),
    await refreshing(of('refresh, two signatures'), issuer, server),
    flow(of('authorize and redeem (each is half a flow), two signatures a flow'), server, connections),
  ]
}

const active = (answer: Answer) => {
  ok(answer)
  if (!/"active" *: *true/.test(answer.body)) throw new Error(`inactive: ${answer.body}`)
}

/** Each connection goes on with its own token, as clients do. */
async function refreshing(name: string, issuer: string, server: Measurable): Promise<Scenario> {
  const tokens = await Promise.all(Array.from({ length: connections }, () => firstRefreshToken(issuer, server)))
  return {
    name,
    connections,
    request: (at) =>
      post(server.tokenPath, {
        grant_type: 'refresh_token',
        refresh_token: tokens[at] ?? '',
        client_id: server.clientId,
      }),
    received(answer, at) {
      ok(answer)
      tokens[at] = /"refresh_token" *: *"([^"]+)"/.exec(answer.body)?.[1] ?? ''
    },
  }
}

async function firstRefreshToken(issuer: string, server: Measurable): Promise<string> {
  const answer = await fetch(issuer + authorizationUrl(server, 'openid memories:read'), {
    headers: { cookie: server.cookie },
    redirect: 'manual',
  })
  const code = new URL(answer.headers.get('location') ?? '', issuer).searchParams.get('code')
  if (code === null) throw new Error(`no code: ${answer.status} ${answer.headers.get('location')}`)
  const response = await fetch(issuer + server.tokenPath, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      client_id: server.clientId,
      redirect_uri: callback,
      code_verifier: verifier,
    }),
  })
  const tokens = (await response.json()) as { refresh_token?: string }
  if (tokens.refresh_token === undefined) throw new Error(`no refresh token: ${JSON.stringify(tokens)}`)
  return tokens.refresh_token
}
