/**
 * `bun run bench:scale`: how adding and searching behave as memories become many, on each engine, with and without vectors, and
 * mem0 beside it on the same texts. Each combination is filled afresh, searched by a process of its own, and removed. The whole
 * run takes hours and some 15 GB (1,000,000 with vectors half an hour an engine); `--sizes 10000` a few minutes. What came out is kept
 * in README.md here.
 */
import { cpus, loadavg } from 'node:os'
import { projectRoot } from '../../support/source-files.ts'
import { residentMegabytes } from '../process-stats.ts'
import { build, startProduct } from '../processes.ts'
import { fixed, printTable } from '../table.ts'
import { bytes, newPlace, open, type Place, remove } from './engines.ts'
import { type Filled, fill } from './fill.ts'
import { measureMem0 } from './mem0.ts'
import { readOptions } from './options.ts'
import type { Asked, Probed } from './probe.ts'
import { type WorkloadName, workloads } from './workloads.ts'

const head = [
  'engine, texts, memories',
  'adds/s in batches',
  'vectors/s',
  'add p50 / p99 ms',
  'search p50 / p99 ms',
  'CPU ms a search',
  'first search ms',
  'after a write ms',
  'bytes a memory',
  'RSS MB searching',
  'start ms',
  'RSS MB idle',
]

/** A memory of a long message takes long to write: a tenth of the number tells as much. */
const longShare = 0.1
const idleSeconds = 2

const options = readArguments()
console.log(`${new Date().toISOString()}, ${cpus().length} x ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}\n`)
await build()

const rows: string[][] = []
for (const size of options.sizes) {
  for (const engine of options.engines) {
    for (const name of options.workloads) {
      for (const withVectors of options.vectors) {
        const memories = name === 'long' ? Math.ceil(size * longShare) : size
        const place = newPlace(engine)
        try {
          rows.push(await measured(place, name, memories, withVectors))
          printTable(head, rows.slice(-1))
        } finally {
          await remove(place)
        }
      }
    }
  }
}
if (options.mem0 > 0) rows.push(await besides(options.mem0))
console.log('All of it:\n')
printTable(head, rows)
process.exit(0)

function readArguments() {
  try {
    return readOptions(process.argv.slice(2), process.env)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

async function measured(place: Place, name: WorkloadName, memories: number, withVectors: boolean): Promise<string[]> {
  const engine = await open(place)
  let filled: Filled
  try {
    filled = await fill(engine, workloads[name], memories, withVectors)
  } finally {
    await engine.store.close()
  }
  const size = (await bytes(place)) / memories
  const started = await start(place)
  const probed = await probe({ place, workload: name, withVectors })
  return [
    `${place.engine}, ${workloads[name].name}${withVectors ? ', vectors' : ''}, ${memories}`,
    fixed(filled.addsPerSecond, 0),
    filled.vectorsPerSecond === undefined ? '' : fixed(filled.vectorsPerSecond, 0),
    `${fixed(probed.addP50)} / ${fixed(probed.addP99)}`,
    `${fixed(probed.p50)} / ${fixed(probed.p99)}`,
    fixed(probed.cpu),
    fixed(probed.firstSearch, 0),
    fixed(probed.afterWrite),
    fixed(size, 0),
    fixed(probed.residentMb, 0),
    fixed(started.firstAnswerMs, 0),
    fixed(started.residentMb, 0),
  ]
}

/** The product itself on what was filled: start-up must not depend on how much there is. */
async function start({ engine, folder, address }: Place): Promise<{ firstAnswerMs: number; residentMb: number }> {
  const running = await startProduct(folder, engine === 'postgres' ? { DATABASE_URL: address } : {})
  try {
    await Bun.sleep(idleSeconds * 1000)
    return { firstAnswerMs: running.firstAnswerMs, residentMb: residentMegabytes(running.pid) }
  } finally {
    await running.stop()
  }
}

async function probe(asked: Asked): Promise<Probed> {
  const command = ['bun', 'tests/bench/scale/probe.ts', JSON.stringify(asked)]
  const child = Bun.spawn(command, { cwd: projectRoot, stdout: 'pipe', stderr: 'inherit' })
  const output = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error('the process that searches failed')
  return JSON.parse(output.trim().split('\n').at(-1) ?? '')
}

async function besides(memories: number): Promise<string[]> {
  const figures = await measureMem0(workloads.short, memories)
  if (typeof figures === 'string') return [figures, ...head.slice(1).map(() => '')]
  const { addsPerSecond, p50, p99, firstSearch, bytes: size, residentMb } = figures
  return [
    `mem0, local store, infer off, short, vectors, ${memories}`,
    `${fixed(addsPerSecond, 0)} (one by one)`,
    '',
    fixed(1_000 / addsPerSecond),
    `${fixed(p50)} / ${fixed(p99)}`,
    '',
    fixed(firstSearch, 0),
    '',
    fixed(size, 0),
    fixed(residentMb, 0),
    '',
    '',
  ]
}
