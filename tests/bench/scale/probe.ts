/**
 * A process of its own that opens a filled engine and asks the owner who has most: so its first search is a process's first, and
 * its memory is what searching takes. Told what to do by one JSON argument; answers with one line of JSON.
 */
import { search } from '../../../src/memory/recall.ts'
import { app, callerOf, policyAt } from '../../support/memories.ts'
import { quantile } from '../load.ts'
import { open, type Place } from './engines.ts'
import { draftWith, ownerAt } from './fill.ts'
import { madeUpModel } from './made-up-model.ts'
import { questionsOf, textsOf, type WorkloadName, workloads } from './workloads.ts'

export interface Asked {
  readonly place: Place
  readonly workload: WorkloadName
  readonly withVectors: boolean
}

/** Times in milliseconds. */
export interface Probed {
  readonly firstSearch: number
  readonly p50: number
  readonly p99: number
  /** Processor time of a search on average: changes less with who else is running. */
  readonly cpu: number
  /** The median of a search right after a write of its owner. */
  readonly afterWrite: number
  readonly addP50: number
  readonly addP99: number
  readonly residentMb: number
}

const searches = 300
const adds = 100

const asked = JSON.parse(process.argv[2] ?? '{}') as Asked
const workload = workloads[asked.workload]
const engine = await open(asked.place)
const question = questionsOf(workload)
const caller = callerOf(ownerAt(0), 'bench', { nowMs: Date.now() })
const services = { ...engine, embedder: asked.withVectors ? madeUpModel : undefined }

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
const ask = () => timed(() => search(services, caller, { query: question(), limit: 10, unlogged: true }))

const firstSearch = await ask()
// The first few warm the code up, not the data.
for (let i = 0; i < 20; i++) await ask()
const times: number[] = []
const cpuBefore = process.cpuUsage()
for (let i = 0; i < searches; i++) times.push(await ask())
const { user, system } = process.cpuUsage(cpuBefore)

const textAt = textsOf(workload, 99)
const addTimes: number[] = []
const afterTimes: number[] = []
for (let i = 0; i < adds; i++) {
  const draft = draftWith(`${textAt(i)} ${process.pid}`)
  addTimes.push(await timed(() => engine.store.add(ownerAt(0), app('bench'), [draft], policyAt(Date.now()))))
  if (i % 5 === 0) afterTimes.push(await ask())
}
const probed: Probed = {
  firstSearch,
  p50: quantile(times, 0.5),
  p99: quantile(times, 0.99),
  cpu: (user + system) / 1_000 / searches,
  afterWrite: quantile(afterTimes, 0.5),
  addP50: quantile(addTimes, 0.5),
  addP99: quantile(addTimes, 0.99),
  residentMb: process.memoryUsage.rss() / 1_000_000,
}
await engine.store.close()
console.log(JSON.stringify(probed))
