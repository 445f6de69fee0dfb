/**
 * `bun run bench:mixed [SECONDS]`: the executable (the command sets TARGET) with sign-in in one process and the resources in
 * another, as in compose, and eight assistants over HTTP: REST, MCP of both eras, adding, searching, refreshing, tokens that are
 * forged or of a key that nobody has; the keys are rotated in the middle. Once with a pause between the requests of each, as
 * assistants have, and once without, when all of the process's time is taken and a new token waits behind seven searches. Prints
 * what the resources' own /metrics say of the key set and of judging tokens, as shares within the bounds of its histogram.
 */
import { type Signed, signIn } from '../support/script.ts'
import { runCommand, startProduct } from '../support/server.ts'
import { type Connection, connect, requestText } from './http-connection.ts'
import { build } from './processes.ts'
import { legacyCall, modernCall } from './scenarios.ts'
import { fixed, printTable } from './table.ts'

const seconds = Number(process.argv[2] ?? 60)
const assistants = 8
/** An assistant refreshes after so many rounds of requests; real ones do after ten minutes. */
const roundsOfAToken = 6

await build()
const metricsToken = crypto.randomUUID()
const product = await startProduct('auth apart', { METRICS_TOKEN: metricsToken })
const [apiPort, authPort] = [Number(new URL(product.apiUrl).port), Number(new URL(product.issuer).port)]

const json = { 'content-type': 'application/json' }
const question = 'what is the lighthouse keeper called'
const call = { name: 'search_memory', arguments: { query: question } }

/** A token as given, with its last characters but some exchanged: its signature is another's. */
const forged = (token: string) => `${token.slice(0, -20)}AAAA${token.slice(-16)}`
/** The same under a key that nobody has. */
const ofUnknownKey = (token: string) => {
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: 'nobody' })).toString('base64url')
  return [header, ...token.split('.').slice(1)].join('.')
}

const statuses = new Map<string, number>()
async function ask(connection: Connection, pauseMs: number, name: string, request: string): Promise<string> {
  // Each pause is another, as assistants know nothing of one another.
  if (pauseMs > 0) await Bun.sleep(2 * pauseMs * Math.random())
  const { status, body } = await connection.ask(request)
  const seen = `${name}: ${status}`
  statuses.set(seen, (statuses.get(seen) ?? 0) + 1)
  return body
}

async function assist(at: number, signed: Signed, untilMs: number, pauseMs: number): Promise<void> {
  let { accessToken, refreshToken } = signed
  const { clientId } = signed
  const [api, auth] = [await connect(apiPort), await connect(authPort)]
  const by = (token: string) => ({ authorization: `Bearer ${token}` })
  const me = (token: string) => requestText('GET', '/api/v1/me', by(token))
  const post = (path: string, body: object) =>
    requestText('POST', path, { ...by(accessToken), ...json }, JSON.stringify(body))
  for (let n = 0; performance.now() < untilMs; n++) {
    const tell = (name: string, request: string) => ask(api, pauseMs, name, request)
    const text = `Day ${n} of ${at}: the harbour log has ${n * 7} ships.`
    await tell('me', me(accessToken))
    await tell('search', post('/api/v1/memories/search', { query: question }))
    await tell('MCP 2026-07-28', modernCall(by(accessToken), call))
    await tell('MCP 2025-11-25', legacyCall(by(accessToken), call))
    if (n % 5 === 0) await tell('add', post('/api/v1/memories/', { text }))
    if (n % 10 === 3) await tell('forged', me(forged(accessToken)))
    if (n % 40 === 7) await tell('unknown key', me(ofUnknownKey(accessToken)))
    if (n % roundsOfAToken !== 0) continue
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const refresh = requestText('POST', '/auth/token', form, new URLSearchParams(fields).toString())
    const tokens = JSON.parse(await ask(auth, pauseMs, 'refresh', refresh)) as Record<string, string>
    accessToken = tokens.access_token ?? ''
    refreshToken = tokens.refresh_token ?? ''
  }
  api.close()
  auth.close()
}

/** Every sample of the resources' page, by its name and labels. */
async function metrics(): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`http://127.0.0.1:${apiPort}/metrics`, {
    headers: { authorization: `Bearer ${metricsToken}` },
  })
  if (!response.ok) throw new Error(`/metrics: ${response.status}`)
  return new Map(
    (await response.text())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

const validation = 'souvenir_token_validation_seconds'

async function run(name: string, pauseMs: number): Promise<void> {
  // Before anything is measured: each starts a process for its code.
  const people: Signed[] = []
  for (let at = 0; at < assistants; at++) {
    people.push(await signIn(product, { scope: 'openid offline_access memories:read memories:write' }))
  }
  const before = await metrics()
  const untilMs = performance.now() + seconds * 1000
  const rotated = Bun.sleep(seconds * 500).then(() => runCommand(product.variables, 'keys', 'rotate'))
  await Promise.all(people.map((signed, at) => assist(at, signed, untilMs, pauseMs)))
  await rotated
  const page = await metrics()
  /** What was added to all samples of a family whose labels have all of these. */
  const added = (family: string, ...labels: readonly string[]) =>
    [...page]
      .filter(([key]) => key.startsWith(`${family}{`) && labels.every((label) => key.includes(label)))
      .reduce((all, [key, value]) => all + value - (before.get(key) ?? 0), 0)
  printTable(
    [`${name}: tokens judged`, 'count', 'mean us', 'within 0.5 ms', 'within 1 ms', 'within 5 ms', 'within 10 ms'],
    (['yes', 'no'] as const).map((cached) => {
      const label = `cached="${cached}"`
      const count = added(`${validation}_count`, label)
      const within = (bound: number) =>
        `${fixed((100 * added(`${validation}_bucket`, label, `le="${bound}"`)) / count, 3)} %`
      return [
        cached === 'yes' ? 'known (in the cache)' : 'new',
        String(count),
        fixed((1e6 * added(`${validation}_sum`, label)) / count, 1),
        within(0.0005),
        within(0.001),
        within(0.005),
        within(0.01),
      ]
    }),
  )
  const lookups = (result: string) => added('souvenir_jwks_lookups_total', `result="${result}"`)
  const [hits, misses] = [lookups('hit'), lookups('miss')]
  console.log(`Key set: ${hits} hits, ${misses} misses: ${fixed((100 * hits) / (hits + misses), 3)} % hits`)
  console.log([...statuses].map(([what, count]) => `${what} x ${count}`).join(', '), '\n')
  statuses.clear()
}

await run('with pauses', 50)
await run('without', 0)
await product.stop()
process.exit(0)
