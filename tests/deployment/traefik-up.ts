/**
 * compose.yml behind the real Traefik, two public hosts by https (tests/deployment/traefik-up prepares and runs this): its labels are
 * understood, certificates are fetched, streams pass, callers are told apart, and `souvenir doctor` finds nothing wrong from outside.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { composeConfig, composeFolder } from '../support/compose.ts'
import { answers, type Containers, containers } from '../support/containers.ts'
import { shellBlock } from '../support/documents.ts'
import { createLogin } from '../support/mcp-login.ts'
import { projectRoot } from '../support/source-files.ts'

setDefaultTimeout(180_000)

const issuer = 'https://oidc.example.com'
const api = 'https://mcp.example.com'
/** Of callers (tests/deployment/traefik-up), and of whoever speaks through the tunnel. */
const [oneCaller, otherCaller] = ['198.51.100.1', '198.51.100.2']
const [oneBehind, otherBehind] = ['203.0.113.1', '203.0.113.2']
const names = [
  'gpt-actions-bridge',
  'mem0',
  'neo4j-mem0',
  'oidc-auth-server',
  'openmemory-mcp',
  'openmemory-ui',
  'postgres-mem0',
  'redis-oidc',
  'traefik',
]

describe('docker compose with the profile traefik', () => {
  let folder: string
  let type: Containers['type']
  let healthy: Containers['healthy']
  let traefik: string
  let token: string

  beforeAll(async () => {
    folder = await composeFolder()
    ;({ type, healthy } = containers(folder))
    // As DEPLOYMENT.md says, and a limit by address that a test can reach.
    const settings = {
      OIDC_BASE_URL: issuer,
      OIDC_HOST: 'oidc.example.com',
      API_BASE_URL: api,
      API_HOST: 'mcp.example.com',
      // Each challenge has Traefik load all anew, its limits too: no name may be left that no certificate is given for.
      UI_HOST: 'memory.example.com',
      ACTIONS_HOST: 'actions.example.com',
      COMPOSE_PROFILES: 'full,traefik',
      REGISTRATIONS_PER_HOUR: '5',
    }
    appendFileSync(
      join(folder, '.env'),
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    // All that is changed: which ACME server is asked.
    const program = process.env.DOCKER_COMPOSE ?? ''
    const { services } = await composeConfig(program, folder)
    copyFileSync(process.env.ACME_CERTIFICATE ?? '', join(folder, 'acme.pem'))
    copyFileSync(process.env.NODE_EXTRA_CA_CERTS ?? '', join(folder, 'root.pem'))
    const command = [
      ...(services.traefik?.command ?? []),
      '--certificatesresolvers.letsencrypt.acme.caserver=https://172.28.8.1:14000/dir',
      '--certificatesresolvers.letsencrypt.acme.cacertificates=/acme.pem',
    ]
    writeFileSync(
      join(folder, 'compose.override.yml'),
      JSON.stringify({
        services: {
          traefik: { command, volumes: ['./acme.pem:/acme.pem:ro'] },
          // A container's way to the public addresses, and whom it trusts there.
          'oidc-auth-server': {
            extra_hosts: ['oidc.example.com:172.28.8.1', 'mcp.example.com:172.28.8.1'],
            volumes: ['./root.pem:/etc/ssl/certs/ca-certificates.crt:ro'],
          },
        },
      }),
    )
    await type('docker compose up -d')
    const address = `{{(index .NetworkSettings.Networks "souvenir-edge").IPAddress}}`
    traefik = (await type(`docker inspect --format '${address}' traefik`)).trim()
  })
  afterAll(async () => {
    await type('docker compose --profile full --profile traefik down --volumes --timeout 1')
  })

  /** The status line's number and the headers of a request; `extra`: curl's words. */
  const ask = async (url: string, extra = '') => {
    const printed = await type(
      `curl -s --cacert "${process.env.NODE_EXTRA_CA_CERTS}" -o /dev/null -D - ${extra} ${url}`,
    )
    const [status = '', ...headers] = printed.trim().split(/\r?\n/)
    return { status: Number(status.split(' ')[1]), headers: headers.map((line) => line.toLowerCase()) }
  }
  /** From an address of the internet, past the port that is published (whose proxy on this machine would speak for all). */
  const from = (address: string) =>
    `--interface ${address} --resolve oidc.example.com:443:${traefik} --resolve mcp.example.com:443:${traefik}`
  /** As cloudflared comes in, for a caller that Cloudflare names last. */
  const through = (address: string) =>
    `-H 'X-Forwarded-For: 192.0.2.9, ${address}' -H 'X-Forwarded-Proto: https' --resolve mcp.example.com:8000:${traefik} --resolve oidc.example.com:8000:${traefik}`
  /** The statuses of so many requests at once. */
  const burst = async (url: string, count: number, extra: string) => {
    const one = `curl -s --cacert "${process.env.NODE_EXTRA_CA_CERTS}" -o /dev/null -w '%{http_code}\\n' ${extra} ${url}`
    return (await type(`seq ${count} | xargs -P 8 -I{} ${one}`)).trim().split('\n')
  }
  const issueCode = async () => (await type('docker compose exec oidc-auth-server /souvenir code </dev/null')).trim()

  test('every service is healthy, Traefik too, on a root it cannot write to', async () => {
    await healthy(names)
  })

  test('both hosts have certificates that are trusted; http leads to https', async () => {
    for (const url of [issuer, api]) {
      const { status, headers } = await ask(`${url.replace('https:', 'http:')}/health`)
      expect([status, headers]).toEqual([301, expect.arrayContaining([`location: ${url}/health`])])
      expect((await answers(`${url}/health`)).status).toBe(200)
    }
  })

  test('each host has its paths and no others', async () => {
    const discovery = (await (await answers(`${issuer}/.well-known/openid-configuration`)).json()) as { issuer: string }
    expect(discovery.issuer).toBe(issuer)
    const statuses = await Promise.all(
      [
        `${issuer}/auth/jwks`,
        `${api}/openapi.json`,
        `${api}/mcp`,
        `${issuer}/mcp`,
        `${api}/metrics`,
        `${api}/auth/jwks`,
      ].map(async (url) => (await ask(url)).status),
    )
    expect(statuses).toEqual([200, 200, 401, 404, 404, 404])
  })

  test('security headers on both, and no word of which server it is', async () => {
    for (const url of [issuer, api]) {
      const { headers } = await ask(`${url}/health`)
      for (const wanted of [
        'strict-transport-security: max-age=31536000; includesubdomains',
        'x-content-type-options: nosniff',
        'referrer-policy: no-referrer',
      ]) {
        expect(headers.filter((line) => line === wanted)).toHaveLength(1)
      }
      expect(headers.filter((line) => line.startsWith('server:'))).toEqual([])
    }
  })

  test('the official MCP client: discovery, registration, sign-in, remember and recall', async () => {
    const login = createLogin(issuer, issueCode)
    const transport = () =>
      new StreamableHTTPClientTransport(new URL('/mcp', api), { authProvider: login }) as Transport & {
        finishAuth(code: string): Promise<void>
      }
    const first = transport()
    await new Client({ name: 'traefik', version: '1' }).connect(first).catch(() => undefined)
    await first.finishAuth(await login.code())
    token = login.held.tokens?.access_token ?? ''
    const client = new Client({ name: 'traefik', version: '1' })
    await client.connect(transport())
    const text = 'The lock keeper is called Ines.'
    await client.callTool({ name: 'add_memories', arguments: { text } })
    const found = await client.callTool({ name: 'search_memory', arguments: { query: 'lock keeper' } })
    expect(JSON.stringify(found.structuredContent)).toContain(text)
    await client.close()
  })

  test('souvenir doctor from outside: nothing fails, and a stream is held past 100 s', async () => {
    // The allowance of this address comes back.
    await Bun.sleep(30_000)
    const child = Bun.spawn([process.execPath, 'src/main.ts', 'doctor', issuer, '--token', token, '--slow', '--json'], {
      cwd: projectRoot,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        DATA_DIR: join(folder, 'data'),
        NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS ?? '',
      },
      stdout: 'pipe',
    })
    const { lines } = JSON.parse(await new Response(child.stdout).text()) as {
      lines: { check: string; outcome: string; saw: string }[]
    }
    const told = lines.map(({ outcome, check, saw }) => `${outcome} ${check}: ${saw}`)
    // Google and the variables are seen beside the server only.
    expect(told.filter((line) => !/^pass|^warn (variables|Google):/.test(line))).toEqual([])
    expect(told.join('\n')).toMatch(/^pass SSE stream: the endpoint event came after \d{1,3} ms/m)
    expect(told.join('\n')).toMatch(/^pass SSE stream: held for 1\d\d s$/m)
    expect(told.join('\n')).toMatch(/^pass rate limit: 429 with Retry-After/m)
  }, 240_000)

  test('what DEPLOYMENT.md has people look at from outside', async () => {
    await Bun.sleep(5_000)
    const [doctor = '', ...others] = shellBlock('DEPLOYMENT.md', '/souvenir doctor https://oidc.example.com').split(
      '\n',
    )
    const seen = await type(`export CURL_CA_BUNDLE="$PWD/root.pem"\n${others.join('\n')}`)
    for (const wanted of ['"issuer": "https://oidc.example.com"', '"kty": "RSA"', '"status": "ok"', '"openIdConnect']) {
      expect(seen).toContain(wanted)
    }
    // Beside the server it mints a token and knows the variables; Google is not set here.
    const found = await type(`${doctor.replace(' --slow', '')} || true`)
    expect(found).not.toMatch(/^fail/m)
    expect(found).toMatch(/^pass {2}token validation/m)
    expect(found.match(/^warn {2}.*$/gm)).toEqual([
      expect.stringContaining('Google: not configured'),
      expect.stringContaining('SSE stream: not held'),
    ])
  })

  test('oidc-ratelimit: past a burst of 50 an address gets 429, and no other does', async () => {
    const statuses = await burst(`${api}/openapi.json`, 90, from(oneCaller))
    expect(statuses.filter((status) => status === '200').length).toBeGreaterThanOrEqual(50)
    expect(statuses).toContain('429')
    expect((await ask(`${api}/openapi.json`, from(otherCaller))).status).toBe(200)
  })

  test('through the tunnel the caller is whom Cloudflare names last', async () => {
    const url = 'http://mcp.example.com:8000/openapi.json'
    expect(await burst(url, 90, through(oneBehind))).toContain('429')
    expect((await ask(url, through(otherBehind))).status).toBe(200)
    expect((await ask(url, through(oneBehind))).status).toBe(429)
  })

  test('our own limits by address hold for the caller: not for all behind the proxy, and none that a caller names', async () => {
    const body = `-X POST -H 'Content-Type: application/json' -d '{"client_name":"x","redirect_uris":["http://127.0.0.1/"],"token_endpoint_auth_method":"none"}'`
    const register = async (extra: string, base = issuer) =>
      (await ask(`${base}/auth/register`, `${body} ${extra}`)).status
    // What a caller from the internet says of itself counts nowhere.
    const made = () => `-H 'X-Forwarded-For: 203.0.113.${Math.floor(Math.random() * 100) + 100}'`
    const own: number[] = []
    for (let n = 0; n < 6; n++) own.push(await register(`${made()} ${from(otherCaller)}`))
    expect(own).toEqual([201, 201, 201, 201, 201, 429])
    const tunnelled: number[] = []
    for (let n = 0; n < 6; n++) tunnelled.push(await register(through(otherBehind), 'http://oidc.example.com:8000'))
    expect(tunnelled).toEqual([201, 201, 201, 201, 201, 429])
  })
})
