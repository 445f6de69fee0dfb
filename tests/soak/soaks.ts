/** A long run: too long for CI, and for looking at by hand. It fails by its command's exit status. */
export interface Soak {
  readonly name: string
  /** What is sent or held, how much of it, and what must hold. */
  readonly summary: string
  /** Words of a command, run at the project's root. */
  readonly command: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** Every long run. A new one is an entry here. */
export const soaks: readonly Soak[] = [
  {
    name: 'fuzz-sign-in',
    summary: '20,000 requests to the addresses that browsers see: no 5xx, nothing reflected, no redirect to a stranger',
    command: ['bun', 'test', 'tests/http/fuzz-sign-in.test.ts'],
    variables: { FUZZ_REQUESTS: '20000' },
  },
  {
    name: 'fuzz-back-channel',
    summary: '20,000 requests to the addresses that programs call: no 5xx, JSON or nothing',
    command: ['bun', 'test', 'tests/http/fuzz-back-channel.test.ts'],
    variables: { FUZZ_REQUESTS: '20000' },
  },
  {
    name: 'sse-streams',
    summary: '1,000 streams for 5 minutes: all keepalives on time, memory back within 10 %, REST p99 under twice idle',
    command: ['bun', 'tests/soak/sse-streams.ts', '1000', '300', 'strict'],
  },
  {
    name: 'schemathesis',
    summary: '10,000 requests and more made from the OpenAPI document: each answer is one that it documents',
    command: ['bun', 'tests/e2e/schemathesis.ts', '200', '1', '10000'],
  },
]
