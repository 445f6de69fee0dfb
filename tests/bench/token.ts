/**
 * `bun run bench:token`: the processor time of a token answer over a socket, with one signature and with two, by one client and by
 * many at once, beside the signatures alone, by turns in one run. Ratios are taken round by round.
 */
import { type Measured, measure, median, type Scenario } from './load.ts'
import { build, freshDataDir, startProduct } from './processes.ts'
import { refreshing } from './scenarios.ts'
import { bunSignSeconds, rsaSignSeconds } from './signatures.ts'
import { fixed, printTable } from './table.ts'

const [rounds, seconds] = [5, 2]

interface Round extends Measured {
  /** To as many signatures by Bun's own node:crypto as the answer has. */
  readonly ratio: number
}

await build()
const server = await startProduct(freshDataDir())
const rows: { scenario: Scenario; signatures: 1 | 2; seen: Round[] }[] = []
for (const signatures of [1, 2] as const) {
  for (const clients of [1, 8]) {
    rows.push({ scenario: await refreshing(server, signatures, clients), signatures, seen: [] })
  }
}
const [opensslSeconds, bunSeconds]: [number[], number[]] = [[], []]
for (let round = 0; round < rounds; round++) {
  opensslSeconds.push(await rsaSignSeconds())
  for (const { scenario, signatures, seen } of rows) {
    const signSeconds = bunSignSeconds()
    bunSeconds.push(signSeconds)
    const measured = await measure(scenario, server, seconds)
    seen.push({ ...measured, ratio: measured.cpuMicroseconds / (signatures * signSeconds * 1e6) })
  }
}
await server.stop()

const of = (seen: readonly Round[], field: keyof Round) => median(seen.map((one) => one[field]))
printTable(
  ['requests', 'at once', 'a second', 'CPU us each', 'to its signatures', 'p50 ms', 'p99 ms'],
  rows.map(({ scenario, seen }) => [
    scenario.name,
    String(scenario.connections),
    fixed(of(seen, 'requestsPerSecond'), 0),
    fixed(of(seen, 'cpuMicroseconds'), 0),
    fixed(of(seen, 'ratio')),
    fixed(of(seen, 'p50')),
    fixed(of(seen, 'p99')),
  ]),
)
const us = (signSeconds: readonly number[]) => fixed(median(signSeconds) * 1e6, 0)
console.log(
  `One RSA-2048 signature: ${us(bunSeconds)} us by Bun's node:crypto, ${us(opensslSeconds)} us by openssl speed`,
)
process.exit(0)
