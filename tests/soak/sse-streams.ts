/**
 * `bun tests/soak/sse-streams.ts STREAMS SECONDS [strict]`: holds so many `/mcp/sse` streams for so long, each answered once in the
 * middle, while REST is asked all the time. Fails when a stream ends, stays silent too long or is not answered; with `strict` also
 * when memory does not come back after closing, or when REST slows down. TARGET picks what is started.
 */
import { residentMegabytes } from '../bench/process-stats.ts'
import { type Signed, signIn } from '../support/script.ts'
import { freePort, freshFolder, runCommand, startServer, target } from '../support/server.ts'

const [count, seconds, strict] = [
  Number(process.argv[2] ?? 100),
  Number(process.argv[3] ?? 30),
  process.argv[4] === 'strict',
]
/** What one person may hold (src/mcp/sse-sessions.ts). */
const streamsPerPerson = 20
/** MCP's HTTP+SSE as this server promises it: something every 15 s. The rest is for a busy machine. */
const longestSilenceMs = 15_000 + 2_000

const port = await freePort()
const variables = { DATA_DIR: freshFolder(), PORT: String(port), LOG_LEVEL: 'warn' }
const server = await startServer(variables, port)
const people: Signed[] = []
for (let at = 0; at < Math.ceil(count / streamsPerPerson); at++) {
  const name = `person${at}`
  await runCommand(variables, 'users', 'add', name)
  const issueCode = () => runCommand(variables, 'code', '--user', name)
  people.push(await signIn({ issuer: server.url, issueCode }))
}
const bearer = (at: number) => `Bearer ${people[at % people.length]?.accessToken}`

interface Stream {
  readonly endpoint: Promise<string>
  received: string
  longestSilenceMs: number
  ended: boolean
  close(): void
}

/** One stream on a connection of its own, with as little in between as can be. */
async function open(at: number): Promise<Stream> {
  let lastMs = performance.now()
  let named: (endpoint: string) => void = () => {}
  const stream: Stream = {
    endpoint: new Promise((resolve) => {
      named = resolve
    }),
    received: '',
    longestSilenceMs: 0,
    ended: false,
    close: () => socket.terminate(),
  }
  const heard = () => {
    const now = performance.now()
    stream.longestSilenceMs = Math.max(stream.longestSilenceMs, now - lastMs)
    lastMs = now
  }
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data(_, chunk) {
        heard()
        stream.received += chunk.toString('latin1')
        const endpoint = /data: (\S+sessionId=\S+)/.exec(stream.received)?.[1]
        if (endpoint !== undefined) named(endpoint)
      },
      close() {
        heard()
        stream.ended = true
      },
    },
  })
  socket.write(
    `GET /mcp/sse HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nauthorization: ${bearer(at)}\r\n\r\n`,
  )
  return stream
}

async function openAll(): Promise<Stream[]> {
  const streams: Stream[] = []
  for (let at = 0; at < count; at++) {
    const stream = await open(at)
    await stream.endpoint
    streams.push(stream)
  }
  return streams
}

/** Asks for the tools over one stream; the answer comes on it. */
async function ask(stream: Stream, at: number): Promise<void> {
  const response = await fetch(`${server.url}${await stream.endpoint}`, {
    method: 'POST',
    headers: { authorization: bearer(at), 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: `asked-${at}`, method: 'ping' }),
  })
  if (response.status !== 202) throw new Error(`POST: ${response.status} ${await response.text()}`)
}

/** Milliseconds of each answer of REST's search, asked 20 times a second. */
async function restTimes(forSeconds: number): Promise<number[]> {
  const times: number[] = []
  for (const until = performance.now() + forSeconds * 1000; performance.now() < until; await Bun.sleep(50)) {
    const from = performance.now()
    const response = await fetch(`${server.url}/api/v1/memories/search`, {
      method: 'POST',
      headers: { authorization: bearer(0), 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'what is there' }),
    })
    await response.text()
    if (!response.ok) throw new Error(`search: ${response.status}`)
    times.push(performance.now() - from)
  }
  return times
}
const p99 = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN

/** What stays in memory once it had time to go: the least of half a minute. */
async function settled(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at < (strict ? 30 : 3); at++) {
    await Bun.sleep(1_000)
    least = Math.min(least, residentMegabytes(server.pid))
  }
  return least
}

const problems: string[] = []
const expect = (good: boolean, problem: string) => {
  if (!good) problems.push(problem)
}

// The first round does once what the second does for long, and REST is asked as long without streams: what is left after that is what
// the second must come back to. REST alone makes a fresh process grow by a tenth, as its code is compiled.
const first = await openAll()
await Promise.all(first.map(ask))
await Bun.sleep(1_000)
for (const stream of first) stream.close()
const idle = p99(await restTimes(strict ? seconds : 5))
const before = await settled()
const streams = await openAll()
const rest = restTimes(seconds)
await Bun.sleep(seconds * 500)
await Promise.all(streams.map(ask))
const busy = p99(await rest)
const during = residentMegabytes(server.pid)
const answered = streams.filter(({ received }, at) => received.includes(`"asked-${at}"`)).length
const silence = Math.max(...streams.map((stream) => stream.longestSilenceMs))
const ended = streams.filter((stream) => stream.ended).length
expect(ended === 0, `${ended} streams ended`)
expect(answered === count, `${answered} of ${count} streams were answered`)
expect(silence <= longestSilenceMs, `a stream was silent for ${Math.round(silence)} ms`)
for (const stream of streams) stream.close()
const after = await settled()
if (strict) {
  expect(after <= before * 1.1, `memory: ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB after`)
  expect(busy <= idle * 2, `REST p99: ${idle.toFixed(1)} ms idle, ${busy.toFixed(1)} ms during`)
}
const status = await server.stop()
expect(status === 0, `the server ended with ${status}`)

console.log(
  `${count} streams for ${seconds} s on ${target}: ${answered} answered, longest silence ${(silence / 1000).toFixed(1)} s`,
)
console.log(`memory: ${before.toFixed(0)} MB before, ${during.toFixed(0)} during, ${after.toFixed(0)} after`)
console.log(`REST search p99: ${idle.toFixed(1)} ms idle, ${busy.toFixed(1)} ms during`)
for (const problem of problems) console.error(`FAILED: ${problem}`)
process.exit(problems.length === 0 ? 0 : 1)
