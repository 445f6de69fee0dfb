/** What looking for near duplicates costs a write: `bun tests/bench/near-duplicates.ts [memories]`, all of one owner, on SQLite. */
import { nearDuplicates } from '../../src/memory/near-duplicates.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { openSqlite } from '../support/memory-engines.ts'
import { sentence, wordsFrom } from './synthetic.ts'

const memories = Number(process.argv[2] ?? 100_000)
const measured = 300
const [ada, bench] = [owner('ada'), app('bench')]
const next = wordsFrom(7)
const { store, index, close } = await openSqlite()
const texts: string[] = []
for (let from = 0; from < memories; from += 1_000) {
  const drafts = Array.from({ length: 1_000 }, () => draftOf(sentence(next, 12)))
  texts.push(...drafts.map(({ content }) => content))
  await store.add(ada, bench, drafts, policyAt(startMs + from))
}

const caller = {
  ownerId: ada,
  appId: bench,
  scopes: new Set(['memories:read', 'memories:write']),
  nowMs: startMs + memories,
}
const times: number[] = []
let [found, cpu] = [0, 0]
for (let n = -20; n < measured; n++) {
  // Every other text is one of those that are there, but for its last word.
  const near = texts[(Math.abs(n) * 7_919) % texts.length]?.replace(/\S+$/u, next()) ?? ''
  const draft = draftOf(n % 2 === 0 ? near : sentence(next, 12))
  await store.add(ada, bench, [draft], policyAt(startMs + memories + n))
  const [written] = await store.get(ada, bench, [draft.id])
  if (written === undefined) throw new Error('it was not written')
  const [began, before] = [performance.now(), process.cpuUsage()]
  const hits = await nearDuplicates({ store, index }, caller, written)
  if (n < 0) continue
  const used = process.cpuUsage(before)
  times.push(performance.now() - began)
  cpu += (used.user + used.system) / 1_000
  if (hits.length > 0) found++
}
times.sort((a, b) => a - b)
const at = (share: number) => times[Math.floor(share * (times.length - 1))]?.toFixed(2)
console.log(
  `${memories} memories: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, processor ${(cpu / measured).toFixed(2)} ms a write; ${found} of ${measured} had one`,
)
await close()
