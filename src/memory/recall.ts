/** Searching: the question's words, ranked over the owner's own index, as far as the app may read. Called by operations. */
import type { ClientId } from '../shared/brand.ts'
import type { Caller } from './operation.ts'
import { rankByBm25 } from './rank/bm25.ts'
import type { Memory } from './schema.ts'
import type { MemoryServices } from './services.ts'
import { analyzeQuestion } from './text/analyze.ts'

export interface Question {
  readonly query: string
  readonly limit: number
  readonly categories?: readonly string[] | undefined
  readonly appId?: ClientId | undefined
  readonly thread?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** What held at this time, Unix milliseconds; now unless given. */
  readonly asOf?: number | undefined
  /** Not kept in the access log: nobody asked, it is for our own purposes. */
  readonly unlogged?: boolean
}

export interface Hit {
  readonly memory: Memory
  readonly score: number
  /** The question's terms that it has. */
  readonly matched: readonly string[]
}

/** How many ranked items are looked up at a time until enough of them may be shown. */
const step = 64
/** How deep a search looks for what a filter lets through. */
const deepest = 4_096

/** What answers a question, best first, each reading logged. */
export async function recall(
  { store, index }: Pick<MemoryServices, 'store' | 'index'>,
  caller: Caller,
  question: Question,
): Promise<readonly Hit[]> {
  const terms = analyzeQuestion(question.query, [])
  const slice = await index.read(caller.ownerId, [...new Set(terms.flatMap(({ variants }) => variants))])
  const ranked = rankByBm25(slice, terms, deepest)
  const hits: Hit[] = []
  for (let at = 0; at < ranked.length && hits.length < question.limit; at += step) {
    const part = ranked.slice(at, at + step)
    const ids = await index.memoriesAt(
      caller.ownerId,
      part.map(({ ordinal }) => ordinal),
    )
    const memories = await store.get(caller.ownerId, caller.appId, [...ids.values()])
    const byId = new Map(memories.map((memory) => [memory.id, memory]))
    for (const { ordinal, score, matched } of part) {
      const id = ids.get(ordinal)
      const memory = id === undefined ? undefined : byId.get(id)
      if (memory !== undefined && answers(memory, question, caller.nowMs) && hits.length < question.limit) {
        hits.push({ memory, score, matched })
      }
    }
  }
  if (question.unlogged === true) return hits
  store.logAccess(
    caller.ownerId,
    caller.appId,
    hits.map(({ memory, score }) => ({ memoryId: memory.id, kind: 'search', query: question.query, score })),
    caller.nowMs,
  )
  return hits
}

function answers(memory: Memory, question: Question, nowMs: number): boolean {
  const when = question.asOf ?? nowMs
  const told = memory.occurredAt ?? memory.createdAt
  return (
    memory.state === 'active' &&
    memory.validFrom <= when &&
    (memory.validTo === undefined || memory.validTo > when) &&
    (question.appId === undefined || memory.appId === question.appId) &&
    (question.thread === undefined || memory.threadId === question.thread) &&
    (question.from === undefined || told >= question.from) &&
    (question.to === undefined || told <= question.to) &&
    (question.categories === undefined || memory.categories.some((name) => question.categories?.includes(name)))
  )
}
