/**
 * How much of the exact answer is among what the 1-bit codes choose to compare whole, and what that costs:
 * `bun tests/bench/codes.ts [items.f32 questions.f32]`. The files hold vectors of 384 float32 each, of texts and a model that
 * one has; without them vectors are made up.
 */
import { readFileSync } from 'node:fs'
import { CodeTable } from '../../src/memory/index/code-table.ts'
import { codeOf, vectorFrom, wordsOf } from '../../src/memory/index/codes.ts'
import { clusteredVectors, dimensions, recallsOf, type VectorSet, wordedVectors } from '../support/vectors.ts'

const count = 200

function fromFile(path: string): Float32Array[] {
  const all = vectorFrom(readFileSync(path))
  return Array.from({ length: all.length / dimensions }, (_, n) => all.subarray(n * dimensions, (n + 1) * dimensions))
}

function measure(name: string, set: VectorSet): void {
  const table = new CodeTable(wordsOf(dimensions))
  for (const [ordinal, item] of set.items.entries()) table.put(ordinal, codeOf(item))
  const choose = (question: Float32Array) => table.nearest(question, count, () => true)
  const times: number[] = []
  let compared = 0
  for (const question of [...set.questions, ...set.questions]) {
    const before = process.cpuUsage()
    compared = choose(question).length
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1_000)
  }
  times.sort((left, right) => left - right)
  const recall = recallsOf([10, count], set, choose).map((share) => share.toFixed(3))
  const cost = times[times.length >> 1]?.toFixed(1)
  console.log(`| ${name} | ${set.items.length} | ${recall.join(' | ')} | ${compared} | ${cost} |`)
}

console.log(`| vectors | items | recall@10 | recall@${count} | compared whole | CPU ms p50 |`)
console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
const [items, questions] = process.argv.slice(2)
if (items !== undefined && questions !== undefined) {
  measure('files', { items: fromFile(items), questions: fromFile(questions) })
} else {
  for (const size of [20_000, 100_000]) {
    measure('sums of words', wordedVectors(size, 40))
    measure('200 loose groups (spread 0.8)', clusteredVectors(size, { groups: 200, spread: 0.8 }, 40))
    measure('20 loose groups (spread 0.8)', clusteredVectors(size, { groups: 20, spread: 0.8 }, 40))
    measure('20 close groups (spread 0.3)', clusteredVectors(size, { groups: 20, spread: 0.3 }, 40))
  }
}
