/**
 * The commands of DEPLOYMENT.md against a real engine (tests/deployment/compose-up starts one and runs this): what starts, its health,
 * secrets readable by the containers' user, sign-in and memory through it, and that data outlives the containers.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { composeFolder } from '../support/compose.ts'
import { answers, type Containers, containers } from '../support/containers.ts'
import { shellBlock } from '../support/documents.ts'
import { signIn } from '../support/script.ts'

// Others wait for engines; a busy machine takes its time.
setDefaultTimeout(300_000)

const issuer = 'http://localhost:8766'
const api = 'http://localhost:8765'
const ours = ['gpt-actions-bridge', 'mem0', 'oidc-auth-server', 'openmemory-mcp', 'openmemory-ui']
const engines = ['neo4j-mem0', 'postgres-mem0', 'redis-oidc']
/** Pages are for who asks for pages. */
const browser = { headers: { accept: 'text/html' } }
const fact = 'The heron nests above the weir.'

describe('docker compose', () => {
  let folder: string
  let token: string
  let type: Containers['type']
  let running: Containers['running']
  let healthy: Containers['healthy']

  const typeBlock = (words: string) => type(shellBlock('DEPLOYMENT.md', words))
  const codeCommand = 'docker compose exec oidc-auth-server /souvenir code'
  const issueCode = async () => (await type(`${codeCommand} </dev/null`)).trim()
  const headers = (bearer?: string) => ({
    'content-type': 'application/json',
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
  })
  const add = (text: string, bearer?: string) =>
    answers(`${api}/api/v1/memories/`, { method: 'POST', headers: headers(bearer), body: JSON.stringify({ text }) })
  const search = async (query: string, bearer?: string) => {
    const body = JSON.stringify({ query })
    const response = await answers(`${api}/api/v1/memories/search`, { method: 'POST', headers: headers(bearer), body })
    return `${response.status} ${await response.text()}`
  }

  beforeAll(async () => {
    folder = await composeFolder()
    ;({ type, running, healthy } = containers(folder))
  })
  afterAll(async () => {
    await type('docker compose --profile full down --volumes --timeout 1')
  })

  test('--profile auth up -d: the sign-in server and Redis, healthy, signing with the key that is mounted', async () => {
    await type('docker compose --profile auth up -d')
    expect(await running()).toEqual(['oidc-auth-server', 'redis-oidc'])
    await healthy(['oidc-auth-server', 'redis-oidc'])
    const discovery = (await (await answers(`${issuer}/.well-known/openid-configuration`)).json()) as { issuer: string }
    expect(discovery.issuer).toBe(issuer)
    const { keys } = (await (await answers(`${issuer}/auth/jwks`)).json()) as { keys: { n: string }[] }
    const mounted = createPublicKey(readFileSync(join(folder, 'secrets/oidc_private_key'))).export({ format: 'jwk' })
    expect(keys.map(({ n }) => n)).toEqual([mounted.n ?? ''])
  })

  test('up -d: every service is healthy by its own check and none was started twice', async () => {
    await type('docker compose up -d')
    expect(await running()).toEqual([...ours, ...engines].toSorted())
    await healthy([...ours, ...engines])
  })

  test('our processes are uid 65532 with a root they cannot write to, and read their secrets', async () => {
    const top = await type(
      `for name in ${ours.join(' ')}; do docker top $name -eo pid,uid | awk 'NR > 1 { print $2 }'; done`,
    )
    expect(top.trim().split('\n')).toEqual(ours.map(() => '65532'))
    const health = (await (await answers(`${api}/health`)).json()) as { engines: { engine: string; state: string }[] }
    // Each of these was reached with a password from a file of compose's.
    expect(health.engines.map(({ engine, state }) => `${engine} ${state}`).toSorted()).toEqual([
      'jwks up',
      'neo4j up',
      'postgres up',
      'redis up',
    ])
  })

  test('the start says which command gives a code', async () => {
    expect(await type('docker compose logs --no-log-prefix oidc-auth-server')).toContain(
      `with a code from: ${codeCommand}\n`,
    )
  })

  test('a person signs in with a code and remembers; the pages and the Actions bridge answer', async () => {
    token = (await signIn({ issuer, issueCode })).accessToken
    expect((await add(fact, token)).status).toBeLessThan(300)
    expect(await search('heron', token)).toContain(fact)
    expect(await search('heron')).toStartWith('401')
    expect((await answers('http://localhost:3000/', browser)).status).toBe(200)
    expect((await answers('http://localhost:8767/openapi.json')).status).toBe(200)
  })

  test('where to look when something is wrong, by DEPLOYMENT.md: engines, refused tokens, logs, security events', async () => {
    const refused = { headers: { authorization: 'Bearer nonsense' } }
    expect((await answers(`${issuer}/auth/userinfo`, refused)).status).toBe(401)
    expect(await search('heron', 'nonsense')).toStartWith('401')
    const told = await typeBlock('pg_isready')
    expect(told).toContain('accepting connections')
    expect(told).toMatch(/^\{.*"route":"\/auth\/userinfo","status":401.*Invalid token/m)
    expect(told).toMatch(/^openmemory-mcp .*"audit":"token_refused"/m)
    expect(await type(`docker compose logs --no-log-prefix | grep '"audit"'`)).toMatch(/"audit":"sign_in"/)
  })

  test('down, and up again: people, tokens and memories are kept', async () => {
    await type('docker compose down')
    expect(await running()).toEqual([])
    await type('docker compose up -d')
    expect(await search('heron', token)).toContain(fact)
  })

  test('backup, and restored on another server, by DEPLOYMENT.md', async () => {
    await typeBlock('oidc-auth-server /souvenir backup')
    await type('docker compose down --volumes --timeout 5')
    await typeBlock('restore /backup.jsonl.gz')
    // Sessions and tokens are no part of a backup.
    expect(await search('heron', (await signIn({ issuer, issueCode })).accessToken)).toContain(fact)
  })

  test('AUTH=none: five services and no sign-in', async () => {
    await type('docker compose rm --stop --force oidc-auth-server redis-oidc gpt-actions-bridge')
    await type('AUTH=none docker compose up -d mem0 postgres neo4j openmemory-mcp openmemory-ui')
    expect(await running()).toEqual(['mem0', 'neo4j-mem0', 'openmemory-mcp', 'openmemory-ui', 'postgres-mem0'])
    expect((await add(fact)).status).toBeLessThan(300)
    expect(await search('heron')).toContain(fact)
    expect(await (await answers('http://localhost:3000/memories', browser)).text()).toContain(fact)
  })
})
