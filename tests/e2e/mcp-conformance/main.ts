/**
 * `bun tests/e2e/mcp-conformance/main.ts`: the official conformance suite on the product, as TARGET starts it, behind a proxy that
 * adds the bearer; what the product's own tools cannot show runs on the same surface with the suite's tools (fixtures.ts). Prints a table.
 */
import { createBrowser, signInAndAllow } from '../../support/browser.ts'
import { signIn } from '../../support/script.ts'
import { freePort, freshFolder, runCommand, startServer } from '../../support/server.ts'
import { fixtureSurface } from './fixtures.ts'
import { notApplicable } from './not-applicable.ts'
import { type Check, type Results, runSuite } from './suite.ts'

const revisions = ['2025-11-25', '2026-07-28'] as const

/** A public address whose MCP requests carry a token, which the suite does not send. */
const proxy = (publicPort: number, token: () => string, send: (request: Request) => Promise<Response>) =>
  Bun.serve({
    hostname: 'localhost',
    port: publicPort,
    idleTimeout: 0,
    fetch(request) {
      if (new URL(request.url).pathname !== '/mcp') return send(request)
      const headers = new Headers(request.headers)
      headers.set('authorization', `Bearer ${token()}`)
      return send(new Request(request, { headers }))
    },
  })

const [publicPort, port, fixturePort, callbackPort] = [
  await freePort(),
  await freePort(),
  await freePort(),
  await freePort(),
]
const address = `http://localhost:${publicPort}`
const variables = { DATA_DIR: freshFolder(), PORT: String(port), OIDC_BASE_URL: address }
const server = await startServer(variables, port)
let token = ''
const front = proxy(
  publicPort,
  () => token,
  (request) => {
    const { pathname, search } = new URL(request.url)
    const { method, headers, body, signal } = request
    return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { method, headers, body, signal, redirect: 'manual' })
  },
)
const issueCode = () => runCommand(variables, 'code')
token = (await signIn({ issuer: address, issueCode })).accessToken
const fixtures = proxy(fixturePort, () => 'ada', fixtureSurface(`http://localhost:${fixturePort}`))

const bad = (checks: readonly Check[]) => checks.filter(({ status }) => status === 'FAILURE')
const rows: { revision: string; scenario: string; on: string; passed: number; outcome: string; failed: boolean }[] = []

/** What a scenario's checks on the product, and where those fail on the fixtures, come to. */
function judge(
  revision: string,
  scenario: string,
  product: readonly Check[],
  withFixtures: readonly Check[] | undefined,
): void {
  const reason = notApplicable[scenario]
  const excused = (check: Check) => notApplicable[`${scenario}:${check.id}`]
  const onProduct = bad(product).filter((check) => excused(check) === undefined)
  const onFixtures = bad(withFixtures ?? product).filter((check) => excused(check) === undefined)
  const passedOn = onProduct.length === 0 ? 'product' : onFixtures.length === 0 ? 'surface' : undefined
  const checks = (passedOn === 'surface' ? withFixtures : undefined) ?? product
  const passed = checks.filter(({ status }) => status === 'SUCCESS').length
  const row = { revision, scenario, passed, on: passedOn ?? '' }
  const partly = [...new Set(bad(checks).map(excused))].filter((each) => each !== undefined)
  if (passedOn === undefined && reason !== undefined) {
    rows.push({ ...row, outcome: `not applicable: ${reason}`, failed: false })
  } else if (passedOn === undefined) {
    const why = onFixtures.map(({ id, errorMessage }) => `${id}: ${errorMessage}`).join('; ')
    rows.push({ ...row, outcome: `FAILED: ${why}`, failed: true })
  } else if (reason !== undefined) {
    rows.push({ ...row, outcome: 'FAILED: it passes, though not-applicable.ts says it cannot', failed: true })
  } else {
    const all = checks.every(({ status }) => status !== 'SUCCESS') ? 'nothing to check here' : 'passed'
    const warned = checks.filter(({ status }) => status === 'WARNING').map(({ id }) => `warning: ${id}`)
    const outcome = [all, ...warned, ...partly.map((each) => `not applicable: ${each}`)].join('; ')
    rows.push({ ...row, outcome, failed: false })
  }
}

for (const revision of revisions) {
  const run = (url: string): Promise<Results> => runSuite(['server', '--url', url, '--requirements', revision])
  const product = await run(`${address}/mcp`)
  const withFixtures = await run(`http://localhost:${fixturePort}/mcp`)
  for (const [scenario, checks] of product) judge(revision, scenario, checks, withFixtures.get(scenario))
}

/** The suite prints an address to open; a person signs in with a printed code, allows, and comes back to the suite. */
async function authorization(): Promise<Results> {
  const redirectUri = `http://127.0.0.1:${callbackPort}/callback`
  const registered = await fetch(`${address}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  })
  const { client_id: clientId } = (await registered.json()) as { client_id: string }
  let visiting: Promise<unknown> | undefined
  const words = [
    '--url',
    address,
    '--client-id',
    clientId,
    '--resource',
    `${address}/mcp`,
    '--port',
    String(callbackPort),
  ]
  const results = await runSuite(['authorization', ...words], (printed) => {
    const url = /^http\S+\/auth\/authorize\?\S+$/m.exec(printed)?.[0]
    if (url === undefined || visiting !== undefined) return
    const browser = createBrowser(address, (request) => fetch(request))
    visiting = signInAndAllow(browser, url, issueCode).then((back) => fetch(back))
  })
  await visiting
  return results
}
for (const [scenario, checks] of await authorization()) judge('authorization', scenario, checks, undefined)

console.log('| suite | scenario | on | checks passed | outcome |\n| --- | --- | --- | ---: | --- |')
for (const { revision, scenario, on, passed, outcome } of rows) {
  console.log(`| ${revision} | ${scenario} | ${on} | ${passed} | ${outcome} |`)
}
const failed = rows.filter((row) => row.failed).length
const passedCount = rows.filter(({ outcome }) => outcome.startsWith('passed')).length
const other = rows.length - failed - passedCount
console.log(`\n${passedCount} scenarios passed, ${other} not applicable, ${failed} failed`)
await Promise.all([front.stop(true), fixtures.stop(true), server.stop()])
process.exit(failed === 0 ? 0 : 1)
