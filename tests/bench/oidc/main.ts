/**
 * `bun run bench:oidc`: the sign-in server beside npm's oidc-provider and a plain Bun server, by turns in one run. Processor time
 * for each request is what to look at; what came out is kept in ../README.md.
 */
import { type Measured, measure, median, type Scenario } from '../load.ts'
import { build, freshDataDir, startBeside, startProduct, startScript } from '../processes.ts'
import { hello } from '../scenarios.ts'
import { rsaSignSeconds } from '../signatures.ts'
import { fixed, printTable } from '../table.ts'
import { productScenarios, providerScenarios } from './scenarios.ts'

const [rounds, seconds] = [3, 1]

await build()
const [plain, product, provider] = [
  await startBeside('hello'),
  await startProduct(freshDataDir()),
  await startScript('tests/bench/oidc/provider.ts', '/.well-known/openid-configuration'),
]
const rows: { scenario: Scenario; server: { port: number; pid: number }; seen: Measured[] }[] = [
  { scenario: hello, server: plain, seen: [] },
  ...(await productScenarios(product)).map((scenario) => ({ scenario, server: product, seen: [] })),
  ...(await providerScenarios(provider.port)).map((scenario) => ({ scenario, server: provider, seen: [] })),
]
const signSeconds: number[] = []
for (let round = 0; round < rounds; round++) {
  for (const { scenario, server, seen } of rows) seen.push(await measure(scenario, server, seconds))
  signSeconds.push(await rsaSignSeconds())
}
await Promise.all([plain.stop(), product.stop(), provider.stop()])

const of = (seen: readonly Measured[], field: keyof Measured) => median(seen.map((one) => one[field]))
const plainCpu = of(rows[0]?.seen ?? [], 'cpuMicroseconds')
printTable(
  ['requests', 'a second', 'CPU us each', 'to hello', 'p50 ms', 'p99 ms'],
  rows.map(({ scenario, seen }) => [
    scenario.name,
    fixed(of(seen, 'requestsPerSecond'), 0),
    fixed(of(seen, 'cpuMicroseconds'), 0),
    fixed(of(seen, 'cpuMicroseconds') / plainCpu, 1),
    fixed(of(seen, 'p50')),
    fixed(of(seen, 'p99')),
  ]),
)
console.log(`One RSA-2048 signature by openssl speed: ${fixed(median(signSeconds) * 1e6, 0)} us`)
process.exit(0)
