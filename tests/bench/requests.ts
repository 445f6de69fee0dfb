/** Requests a second and the server's processor time for each, beside the plain server's, in rounds by turns. */
import { type Measured, measure, median, type Scenario } from './load.ts'
import { freshDataDir, type Running, startBeside, startProduct } from './processes.ts'
import { hello, productScenarios } from './scenarios.ts'
import { bunSignSeconds, rsaSignSeconds } from './signatures.ts'

export interface Rate extends Measured {
  readonly name: string
}

export interface SignatureCost {
  readonly name: string
  readonly signMicroseconds: number
  readonly answerMicroseconds: number
}

export async function requestRates(
  rounds: number,
  seconds: number,
): Promise<{ rates: Rate[]; signature: SignatureCost[] }> {
  const [plain, product] = [await startBeside('hello'), await startProduct(freshDataDir())]
  const rows: { scenario: Scenario; server: Running; seen: Measured[] }[] = [
    { scenario: hello, server: plain, seen: [] },
    ...(await productScenarios(product)).map((scenario) => ({ scenario, server: product, seen: [] })),
  ]
  const [opensslSeconds, bunSeconds]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    for (const { scenario, server, seen } of rows) seen.push(await measure(scenario, server, seconds))
    opensslSeconds.push(await rsaSignSeconds())
    bunSeconds.push(bunSignSeconds())
  }
  await Promise.all([plain.stop(), product.stop()])
  const rates = rows.map(({ scenario, seen }) => ({
    name: scenario.name,
    requestsPerSecond: median(seen.map((one) => one.requestsPerSecond)),
    cpuMicroseconds: median(seen.map((one) => one.cpuMicroseconds)),
    p50: median(seen.map((one) => one.p50)),
    p99: median(seen.map((one) => one.p99)),
  }))
  const answerMicroseconds = rates.at(-1)?.cpuMicroseconds ?? Number.NaN
  return {
    rates,
    signature: [
      { name: 'openssl speed', signMicroseconds: median(opensslSeconds) * 1e6, answerMicroseconds },
      { name: "Bun's own node:crypto sign", signMicroseconds: median(bunSeconds) * 1e6, answerMicroseconds },
    ],
  }
}
