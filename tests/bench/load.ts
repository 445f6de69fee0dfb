/** A closed loop: each connection asks again as soon as it is answered. */
import { type Answer, connect } from './http-connection.ts'
import { cpuMicroseconds } from './process-stats.ts'

export interface Scenario {
  readonly name: string
  readonly connections: number
  /** The bytes of a connection's next request. */
  request(connection: number): string
  /** Looks at an answer: throws when it is not what the scenario measures, and keeps what its next request needs. */
  received(answer: Answer, connection: number): void
}

export interface Measured {
  readonly requestsPerSecond: number
  /** Processor time of the server for each request, microseconds. */
  readonly cpuMicroseconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Runs a scenario against the server `pid` on `port`, after a warm-up that does not count. */
export async function measure(
  scenario: Scenario,
  server: { readonly port: number; readonly pid: number },
  seconds: number,
  warmUpSeconds = 0.5,
): Promise<Measured> {
  const connections = await Promise.all(Array.from({ length: scenario.connections }, () => connect(server.port)))
  const run = async (untilMs: number, latencies: number[]) => {
    await Promise.all(
      connections.map(async (connection, at) => {
        for (let now = performance.now(); now < untilMs; ) {
          const answer = await connection.ask(scenario.request(at))
          const answered = performance.now()
          latencies.push(answered - now)
          scenario.received(answer, at)
          now = answered
        }
      }),
    )
  }
  await run(performance.now() + warmUpSeconds * 1000, [])
  const latencies: number[] = []
  const [cpuBefore, startedMs] = [cpuMicroseconds(server.pid), performance.now()]
  await run(startedMs + seconds * 1000, latencies)
  const [cpuUsed, elapsedMs] = [cpuMicroseconds(server.pid) - cpuBefore, performance.now() - startedMs]
  for (const connection of connections) connection.close()
  return {
    requestsPerSecond: (latencies.length * 1000) / elapsedMs,
    cpuMicroseconds: cpuUsed / latencies.length,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Throws unless the answer has this status: a bench of errors measures nothing. */
export function expectStatus({ status, body }: Answer, wanted: number): void {
  if (status !== wanted) throw new Error(`expected ${wanted}, got ${status}: ${body.slice(0, 300)}`)
}
