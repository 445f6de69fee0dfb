/**
 * `bun run bench:mcp`: what one tools/call costs in each era, beside the SDK's bare handler, a plain server, REST and FastMCP, all in
 * one run and in turns. Look at processor time for each call: it changes least with who else is on the machine.
 */
import { signIn } from '../support/script.ts'
import { requestText } from './http-connection.ts'
import { expectStatus, type Measured, measure, median, type Scenario } from './load.ts'
import { build, freshDataDir, type Running, startBeside, startFastMcp, startProduct } from './processes.ts'
import { hello, legacyCall, modernCall, same } from './scenarios.ts'
import { fixed, printTable } from './table.ts'

const [rounds, seconds] = [5, 2]
await build()
const [plain, bare, product] = [
  await startBeside('hello'),
  await startBeside('bare-sdk'),
  await startProduct(freshDataDir()),
]
const python = process.env.PYTHON_CLIENTS
const fastMcp = python === undefined ? undefined : await startFastMcp(python)
const { accessToken } = await signIn(product)
const authorization = { authorization: `Bearer ${accessToken}` }
const json = { 'content-type': 'application/json' }

const text = 'The lighthouse keeper is called Marguerite.'
const added = await fetch(`http://127.0.0.1:${product.port}/api/v1/memories/`, {
  method: 'POST',
  headers: { ...authorization, ...json },
  body: JSON.stringify({ text }),
})
if (!added.ok) throw new Error(`add: ${added.status} ${await added.text()}`)

const whoami = { name: 'whoami', arguments: {} }
const query = { query: 'what is the keeper called' }
const search = { name: 'search_memory', arguments: query }
const holding = (word: string) => (answer: Parameters<typeof expectStatus>[0]) => {
  expectStatus(answer, 200)
  if (!answer.body.includes(word)) throw new Error(`no ${word} in ${answer.body.slice(0, 300)}`)
}
const identified = holding('structuredContent')
const found = holding('Marguerite')

interface Row {
  readonly scenario: Scenario
  readonly server: Running
  /** The bare handler's call that it is compared with. */
  readonly bare?: 'modern' | 'legacy'
  readonly seen: Measured[]
}
const row = (server: Running, scenario: Scenario, era?: Row['bare']): Row => ({
  scenario,
  server,
  ...(era === undefined ? {} : { bare: era }),
  seen: [],
})

const bareModern = row(bare, same('bare SDK handler, 2026-07-28 tools/call', modernCall({}, whoami), identified))
const bareLegacy = row(bare, same('bare SDK handler, 2025-11-25 tools/call', legacyCall({}, whoami), identified))
const rows: readonly Row[] = [
  row(plain, hello),
  bareModern,
  row(product, same('2026-07-28 tools/call whoami', modernCall(authorization, whoami), identified), 'modern'),
  row(product, same('2026-07-28 tools/call search_memory', modernCall(authorization, search), found), 'modern'),
  bareLegacy,
  row(product, same('2025-11-25 tools/call whoami', legacyCall(authorization, whoami), identified), 'legacy'),
  row(product, same('2025-11-25 tools/call search_memory', legacyCall(authorization, search), found), 'legacy'),
  row(product, same('GET /api/v1/me', requestText('GET', '/api/v1/me', authorization))),
  row(
    product,
    same(
      'POST /api/v1/memories/search',
      requestText('POST', '/api/v1/memories/search', { ...authorization, ...json }, JSON.stringify(query)),
      found,
    ),
  ),
  ...(fastMcp === undefined
    ? []
    : [
        row(
          fastMcp,
          same(
            'FastMCP with a token, 2025-11-25 tools/call',
            legacyCall({ authorization: 'Bearer bench-token' }, whoami),
            holding('ada@example.com'),
          ),
          'legacy',
        ),
      ]),
]
for (let round = 0; round < rounds; round++) {
  for (const { scenario, server, seen } of rows) seen.push(await measure(scenario, server, seconds))
}
const cpu = ({ seen }: Row) => median(seen.map((one) => one.cpuMicroseconds))
const rate = ({ seen }: Row) => median(seen.map((one) => one.requestsPerSecond))
const yardstick = { modern: cpu(bareModern), legacy: cpu(bareLegacy) }
const [plainRow] = rows
printTable(
  ['call', 'a second', 'CPU us each', 'to hello', 'to the bare handler'],
  rows.map((each) => [
    each.scenario.name,
    fixed(rate(each), 0),
    fixed(cpu(each), 0),
    fixed(cpu(each) / (plainRow === undefined ? Number.NaN : cpu(plainRow))),
    each.bare === undefined ? '' : fixed(cpu(each) / yardstick[each.bare]),
  ]),
)
await Promise.all([plain, bare, product, ...(fastMcp === undefined ? [] : [fastMcp])].map((server) => server.stop()))
process.exit(0)
