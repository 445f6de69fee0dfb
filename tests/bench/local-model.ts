/**
 * The model in the process: how long it takes to load, how many texts a second, how long a question, what memory it takes and gives
 * back. `EMBEDDER_MODEL_DIR=... bun tests/bench/local-model.ts`; processor time is of the whole process, the thread's with it.
 */
import { describeModel } from '../../src/adapters/models/local/describe.ts'
import { localEmbedder } from '../../src/adapters/models/local/embedder.ts'
import { systemClock } from '../../src/shared/clock.ts'

const folder = process.env.EMBEDDER_MODEL_DIR
if (folder === undefined) {
  console.error('Set EMBEDDER_MODEL_DIR to a model: tests/services/up model makes one')
  process.exit(2)
}
const idleMs = 1_000
const megabytes = () => (process.memoryUsage().rss / 1_000_000).toFixed(0)
const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000
/** Wall and processor milliseconds of some work. */
async function timed(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const [wall, cpu] = [performance.now(), cpuMs()]
  await work()
  return { wall: performance.now() - wall, cpu: cpuMs() - cpu }
}
const row = (name: string, ...cells: string[]) => console.log(`| ${[name, ...cells].join(' | ')} |`)
const sentence = (i: number) => `On day ${i} Ada walked along the river with Rex, her golden retriever.`
const page = (i: number) =>
  `Note ${i}. ${'We talked about the garden, the roof and what to plant in spring. '.repeat(25)}`

const embedder = localEmbedder({ model: describeModel({ folder }), clock: systemClock, idleMs })
const before = megabytes()
const load = await timed(() => embedder.embedQuestion('What is my dog called?'))
await embedder.embed(Array.from({ length: 100 }, (_, i) => sentence(i)))
const short = await timed(() => embedder.embed(Array.from({ length: 200 }, (_, i) => sentence(i))))
const long = await timed(() => embedder.embed(Array.from({ length: 20 }, (_, i) => page(i))))
const during = megabytes()
const questions: number[] = []
for (let i = 0; i < 200; i++)
  questions.push((await timed(() => embedder.embedQuestion(`What did Ada do on day ${i}?`))).wall)
const busy = embedder.embed(Array.from({ length: 40 }, (_, i) => page(i)))
const among: number[] = []
for (let i = 0; i < 20; i++) among.push((await timed(() => embedder.embedQuestion(`Where was Rex on day ${i}?`))).wall)
await busy
await new Promise((resolve) => setTimeout(resolve, idleMs + 5_000))

const at = (values: number[], share: number) =>
  (values.sort((left, right) => left - right)[Math.floor(values.length * share)] ?? 0).toFixed(0)
row('', 'texts a second', 'CPU ms each')
row('---', '---:', '---:')
row('a sentence, 17 tokens', (200_000 / short.wall).toFixed(0), (short.cpu / 200).toFixed(1))
row('a page, cut at the token limit', (20_000 / long.wall).toFixed(0), (long.cpu / 20).toFixed(1))
console.log()
row('question', 'p50 ms', 'p99 ms')
row('---', '---:', '---:')
row('alone', at(questions, 0.5), at(questions, 0.99))
row('while pages are embedded', at(among, 0.5), at(among, 0.99))
console.log()
row('RSS MB before', 'loaded', 'after idle')
row('---:', '---:', '---:')
row(before, during, megabytes())
console.log(`\nloaded with the first question: ${load.wall.toFixed(0)} ms, ${load.cpu.toFixed(0)} ms of processor time`)
await embedder.close()
process.exit(0)
