/**
 * How long the first question after a pause takes, while the model is being loaded, and the ones behind it.
 * `TARGET=bun|deno|binary EMBEDDER_MODEL_DIR=... bun tests/bench/first-question.ts [ROUNDS]`; each round is a server that has just
 * started, whose model is as far away as after idle minutes. Wall time, over REST and a socket.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePort, freshFolder, startServer, target } from '../support/server.ts'

const folder = process.env.EMBEDDER_MODEL_DIR
if (folder === undefined) {
  console.error('Set EMBEDDER_MODEL_DIR to a model: tests/services/up model makes one')
  process.exit(2)
}
const rounds = Number(process.argv[2] ?? 8)
const waits = [150, 500, 1_000, 2_000, 5_000]

const dataDir = freshFolder()
const port = await freePort()
// Copied to where it lies by default, as `models add` does.
for (const path of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx']) {
  const to = join(dataDir, 'models/all-MiniLM-L6-v2', path)
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(join(folder, path), to)
}

interface Found {
  readonly degraded?: readonly string[]
}
async function post(path: string, body: object): Promise<{ found: Found; ms: number }> {
  const startedAt = performance.now()
  const response = await fetch(`http://localhost:${port}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const found = (await response.json()) as Found
  return { found, ms: performance.now() - startedAt }
}
const search = (i: number) => post('/memories/search', { query: `What did Ada do on day ${i}?`, limit: 10 })
const start = () =>
  startServer({ DATA_DIR: dataDir, PORT: String(port), AUTH: 'none', EMBEDDER_BUDGET_MS: '60000' }, port)

const filling = await start()
for (let i = 0; i < 50; i++) await post('/memories/', { text: `On day ${i} Ada walked along the river with Rex.` })
while ((await search(0)).found.degraded !== undefined) await Bun.sleep(100)
await filling.stop()

const first: number[] = []
const later: number[] = []
for (let round = 0; round < rounds; round++) {
  const server = await start()
  first.push((await search(round)).ms)
  for (let i = 0; i < 20; i++) later.push((await search(i)).ms)
  await server.stop()
}
const at = (values: number[], share: number) =>
  (values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0).toFixed(0)
const within = (values: number[], ms: number) =>
  `${Math.round((values.filter((one) => one <= ms).length / values.length) * 100)} %`

console.log(`| ${target} | p50 ms | p90 | most | ${waits.map((ms) => `within ${ms}`).join(' | ')} |`)
console.log(`|---|${'---:|'.repeat(3 + waits.length)}`)
for (const [name, values] of [
  ['the first question', first],
  ['those behind it', later],
] as const) {
  const cells = [at(values, 0.5), at(values, 0.9), at(values, 1), ...waits.map((ms) => within(values, ms))]
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
