/**
 * `bun run bench`: the product beside a plain Bun server in one run, rounds in turn so that a busy machine slows both, medians
 * and ratios at the end. Needs Linux, OpenSSL's command, and two cores to itself. What came out is kept in README.md here.
 */
import { build } from './processes.ts'
import { requestRates } from './requests.ts'
import { searchTimes } from './search.ts'
import { startTimes } from './start.ts'
import { fixed, printTable } from './table.ts'

await build()
const starts = await startTimes(7)
printTable(
  ['first answer and memory', 'ms', 'to hello', 'RSS MB', 'to hello'],
  starts.map(({ name, firstAnswerMs, residentMb }) => [
    name,
    fixed(firstAnswerMs, 0),
    fixed(firstAnswerMs / (starts[0]?.firstAnswerMs ?? 1)),
    fixed(residentMb, 0),
    fixed(residentMb / (starts[0]?.residentMb ?? 1)),
  ]),
)

const { rates, signature } = await requestRates(3, 2)
const [hello] = rates
printTable(
  ['requests', 'a second', 'to hello', 'CPU us each', 'to hello', 'p50 ms', 'p99 ms'],
  rates.map(({ name, requestsPerSecond, cpuMicroseconds, p50, p99 }) => [
    name,
    fixed(requestsPerSecond, 0),
    fixed(requestsPerSecond / (hello?.requestsPerSecond ?? 1)),
    fixed(cpuMicroseconds, 0),
    fixed(cpuMicroseconds / (hello?.cpuMicroseconds ?? 1)),
    fixed(p50),
    fixed(p99),
  ]),
)
printTable(
  ['a token answer to its RSA-2048 signature', 'signature us', 'CPU us of the answer', 'ratio'],
  signature.map(({ name, signMicroseconds, answerMicroseconds }) => [
    name,
    fixed(signMicroseconds, 0),
    fixed(answerMicroseconds, 0),
    fixed(answerMicroseconds / signMicroseconds),
  ]),
)

const searches = [await searchTimes(10_000), await searchTimes(100_000)]
printTable(
  ['search over REST, one owner', 'p50 ms', 'p99 ms', 'memory.db MB'],
  searches.map(({ memories, p50, p99, megabytes }) => [
    `${memories} memories`,
    fixed(p50),
    fixed(p99),
    fixed(megabytes, 0),
  ]),
)
process.exit(0)
