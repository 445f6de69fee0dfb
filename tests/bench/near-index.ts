/**
 * How much of the exact answer Postgres's HNSW index finds, and how long either way takes: `bun tests/bench/near-index.ts [items]`
 * with DATABASE_URL. Vectors of 384 numbers in 200 loose clusters, questions beside items; what is exact is computed here.
 */
import { likenessOf } from '../../src/memory/index/codes.ts'
import { toUnitLength } from '../../src/memory/rank/embedder.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { openPostgres } from '../support/memory-engines.ts'

const items = Number(process.argv[2] ?? 20_000)
const [dimensions, questions, count] = [384, 100, 200]
const space = `made-up/${dimensions}`
const ada = owner('ada')

/** Close enough to normally distributed. */
const normal = () => Math.random() + Math.random() + Math.random() + Math.random() - 2
const randomVector = () => Float32Array.from({ length: dimensions }, normal)
const beside = (vector: Float32Array, noise: number) => toUnitLength(vector.map((value) => value + noise * normal()))

const centres = Array.from({ length: 200 }, randomVector)
const vectors = Array.from({ length: items }, (_, n) => beside(centres[n % centres.length] ?? randomVector(), 0.8))

const url = process.env.DATABASE_URL
if (url === undefined) throw new Error('DATABASE_URL is not set')

async function fill(scannedUpTo: number) {
  const engine = await openPostgres(url ?? '', { scannedUpTo, statementTimeoutMs: 300_000 })
  for (let from = 0; from < items; from += 1_000) {
    const drafts = vectors.slice(from, from + 1_000).map((_, n) => draftOf(`note ${from + n}`))
    await engine.store.add(ada, app('bench'), drafts, policyAt(startMs + from))
  }
  const began = performance.now()
  for (;;) {
    const claim = await engine.vectors.claim(space, 1_000, startMs, 60_000)
    if (claim === undefined) break
    await engine.vectors.keep(
      claim,
      claim.items.map(({ ordinal }) => vectors[ordinal]),
    )
  }
  console.log(`${scannedUpTo < items ? 'HNSW' : 'scan'}: vectors kept in ${Math.round(performance.now() - began)} ms`)
  return engine
}

const asked = Array.from({ length: questions }, (_, n) => beside(vectors[(n * 7_919) % items] ?? randomVector(), 0.5))
const best = (likeness: Iterable<readonly [number, number]>, most: number) =>
  [...likeness]
    .sort((left, right) => right[1] - left[1])
    .slice(0, most)
    .map(([ordinal]) => ordinal)
const exact = asked.map((question) =>
  best(
    vectors.map((one, n) => [n, likenessOf(question, one)] as const),
    count,
  ),
)

for (const scannedUpTo of [items - 1, Number.MAX_SAFE_INTEGER]) {
  const engine = await fill(scannedUpTo)
  const index = await engine.index.open(ada)
  const times: number[] = []
  const found = { 10: 0, [count]: 0 }
  for (const [n, vector] of asked.entries()) {
    const began = performance.now()
    const { cosines: near } = await index.nearest({
      vector,
      space,
      count,
      also: [],
      sample: [],
      beside: () => [],
      ends: () => [],
      accept: () => true,
    })
    times.push(performance.now() - began)
    for (const most of [10, count]) {
      const wanted = new Set(exact[n]?.slice(0, most))
      found[most] = (found[most] ?? 0) + best(near, most).filter((ordinal) => wanted.has(ordinal)).length
    }
  }
  times.sort((left, right) => left - right)
  const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1)
  const recall = [10, count].map((most) => `recall@${most} ${((found[most] ?? 0) / (questions * most)).toFixed(3)}`)
  console.log(`${scannedUpTo < items ? 'HNSW' : 'scan'}: ${recall.join(', ')}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
  await engine.close()
}
