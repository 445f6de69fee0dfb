/**
 * Recall over a file of conversations, through the product's own add and search.
 *
 *   RECALL_DATA=conversations.jsonl bun run bench:recall [--single] [--postgres] [--run run.jsonl]
 *   bun run bench:recall --small
 *
 * One owner for each conversation in one SQLite file, or with `--postgres` in a schema of its own of DATABASE_URL. `--single`: every
 * item as one fact without thread or speaker, as tools send them. By meaning too with what EMBEDDER, EMBEDDER_URL and
 * EMBEDDER_MODEL_DIR choose. `--run` writes each question's ranked ids for a scorer. `--small`: the small memories of tests/support,
 * scored at 1 and 3.
 * RECALL_VECTORS names a folder in which vectors are kept from one run to the next.
 */
import { writeFileSync } from 'node:fs'
import { contentHash } from '../../../src/memory/content.ts'
import { embedItems } from '../../../src/memory/jobs/embed-items.ts'
import type { AddPolicy, Draft } from '../../../src/memory/ports.ts'
import { recall } from '../../../src/memory/recall.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../src/shared/brand.ts'
import { systemClock } from '../../../src/shared/clock.ts'
import { createRandom } from '../../../src/shared/random.ts'
import { engineUrl } from '../../support/engines.ts'
import { type MemoryEngine, openPostgres, openSqlite } from '../../support/memory-engines.ts'
import { type BenchItem, type Conversation, readConversations, smallConversations, speakerOf } from './data.ts'
import { chosenEmbedder } from './embedder.ts'
import { keptVectors } from './kept-vectors.ts'
import { score, table, usualDepths } from './metrics.ts'

const path = process.env.RECALL_DATA
const small = process.argv.includes('--small')
if (path === undefined && !small) {
  console.error('Set RECALL_DATA to a file with one conversation a line: see tests/bench/recall/README.md')
  process.exit(2)
}
const single = small || process.argv.includes('--single')
const depths = small ? [1, 3] : usualDepths
const runPath = process.argv.includes('--run') ? process.argv[process.argv.indexOf('--run') + 1] : undefined
const chosen = process.argv.includes('--words') ? undefined : chosenEmbedder()
const vectors = process.env.RECALL_VECTORS
const embedder =
  chosen?.embedder === undefined || vectors === undefined ? chosen?.embedder : keptVectors(chosen.embedder, vectors)
const app = 'bench' as ClientId
const random = createRandom(systemClock)
const hourMs = 3_600_000

function draftOf(item: BenchItem): Draft {
  return {
    id: random.id() as MemoryId,
    content: item.text,
    contentHash: contentHash(item.text),
    speaker: single ? { kind: 'self' } : speakerOf(item.speaker),
    categories: [],
    metadata: {},
    threadId: single ? undefined : item.thread,
    occurredAt: item.occurredAt === undefined ? undefined : Date.parse(item.occurredAt),
    validFrom: undefined,
    source: 'import',
  }
}

/** Adds a conversation and returns its items by memory; an exact repetition stands for the item it repeats. */
async function addAll({ store }: MemoryEngine, ownerId: OwnerId, items: readonly BenchItem[]) {
  const ids = new Map<MemoryId, string>()
  const policyAt = (at: number): AddPolicy => ({
    at,
    threadGapMs: hourMs / 2,
    recalledSince: at,
    isEcho: () => false,
  })
  const add = async (part: readonly BenchItem[], at: number) => {
    const outcomes = await store.add(ownerId, app, part.map(draftOf), policyAt(at))
    outcomes.forEach(({ memory }, i) => {
      const item = part[i]
      if (memory !== undefined && item !== undefined && !ids.has(memory.id)) ids.set(memory.id, item.id)
    })
  }
  if (!single) await add(items, Date.now() - hourMs)
  else for (const [i, item] of items.entries()) await add([item], Date.now() - (items.length - i) * hourMs)
  return ids
}

async function ask(engine: MemoryEngine, ownerId: OwnerId, conversation: Conversation, ids: Map<MemoryId, string>) {
  const caller = { ownerId, appId: app, scopes: new Set(['memories:read']), nowMs: Date.now() }
  const answers: { question: string; ranked: string[]; ms: number }[] = []
  for (const { id, text } of conversation.questions) {
    const began = performance.now()
    const hits = await recall({ ...engine, embedder }, caller, { query: text, limit: 10, unlogged: true })
    const ms = performance.now() - began
    answers.push({ question: id, ranked: hits.flatMap(({ memory }) => ids.get(memory.id) ?? []), ms })
  }
  return answers
}

async function openEngine(): Promise<MemoryEngine> {
  if (!process.argv.includes('--postgres')) return openSqlite()
  const url = engineUrl('DATABASE_URL')
  if (url !== undefined) return openPostgres(url)
  console.error('Set DATABASE_URL for --postgres')
  process.exit(2)
}
const engine = await openEngine()
try {
  const conversations = small ? smallConversations() : readConversations(path ?? '')
  const answers: Awaited<ReturnType<typeof ask>> = []
  let items = 0
  let addMs = 0
  for (const conversation of conversations) {
    const ownerId = conversation.conversation as OwnerId
    const began = performance.now()
    const ids = await addAll(engine, ownerId, conversation.items)
    addMs += performance.now() - began
    items += conversation.items.length
    if (embedder !== undefined)
      while ((await embedItems({ vectors: engine.vectors, embedder, clock: systemClock })) > 0);
    answers.push(...(await ask(engine, ownerId, conversation, ids)))
  }
  const run = new Map(answers.map(({ question, ranked }) => [question, ranked]))
  const ms = answers.map((answer) => answer.ms).sort((left, right) => left - right)
  const at = (share: number) => (ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? 0).toFixed(2)
  console.log(
    `${embedder === undefined ? 'words alone' : `words and meaning (${embedder.space})`}, ${single ? 'single facts without thread or speaker' : 'with threads and speakers'}, ${process.argv.includes('--postgres') ? 'Postgres' : 'SQLite'}`,
  )
  console.log(table(score(conversations, run, depths), depths))
  const half = (rest: number) => {
    const part = conversations.filter((_, i) => i % 2 === rest)
    const all = score(part, run).get('ALL')
    return all === undefined ? '-' : ((100 * (all.sums[4] ?? 0)) / all.n).toFixed(1)
  }
  console.log(`mean@10 of every other conversation: ${half(0)} and ${half(1)}`)
  console.log(`search ms: p50 ${at(0.5)} p99 ${at(0.99)}; added ${Math.round((items / addMs) * 1_000)} a second`)
  if (runPath !== undefined) writeFileSync(runPath, answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''))
} finally {
  await chosen?.close()
  await engine.close()
}
