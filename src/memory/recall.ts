/** Searching: a question ranked over the owner's own index, as far as the app may read. Called by operations. */
import type { ClientId } from '../shared/brand.ts'
import { assertReader, mayRead } from './access.ts'
import type { OwnerFacts } from './index/facts.ts'
import { bestPassages, passageEnds } from './index/passages.ts'
import type { LinkedRequest, OwnerIndex } from './index/ports.ts'
import type { PackedPostings } from './index/postings.ts'
import type { Caller } from './operation.ts'
import type { MemoryFilter } from './ports.ts'
import type { Embedder } from './rank/embedder.ts'
import { entityKeysIn } from './rank/entities.ts'
import { beside, type Meaning, sampleOf } from './rank/likeness.ts'
import { rarestTerms, spellings } from './rank/question.ts'
import { questionReader } from './rank/question-reader.ts'
import { answering, type Ranked, type RankRequest, rank } from './rank/rank.ts'
import { readableFacts } from './rank/readable.ts'
import { speakerNames, withoutNames } from './rank/speaker-names.ts'
import { type View, visibleItems } from './rank/visible.ts'
import { logReadings } from './readings.ts'
import { type EventPeriod, eventCandidates, eventPeriods } from './remembered-events.ts'
import type { Memory } from './schema.ts'
import type { MemoryServices } from './services.ts'
import { trait } from './text/traits.ts'

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
  /** What scores less is left out; the best by words scores up to 1 before boosts, the best by meaning up to 1 besides. */
  readonly threshold?: number | undefined
  /** Whether each hit tells the parts of its score. */
  readonly explain?: boolean | undefined
  /** Only so many of its words are looked for, those that fewest memories have. All unless given. */
  readonly rarestWords?: number
  /** Not kept in the access log: nobody asked, it is for our own purposes. */
  readonly unlogged?: boolean
}

export interface Hit {
  readonly memory: Memory
  readonly score: number
  /** `events`: those that the question tells a time from, where the memory is of that time. */
  readonly why: Ranked['why'] & { readonly events?: readonly EventPeriod[] }
}

/** How many of the nearest items in meaning are compared exactly, and how many of the best by words besides. */
const nearestItems = 200
const bestByWords = 100

export interface Answer {
  readonly hits: readonly Hit[]
  readonly degraded: readonly Lacking[]
}

/** What an answer had to do without: the model did not answer, some memories have no vectors yet, or their words are being read. */
export type Lacking = 'embedder' | 'vectors' | 'index'

type Services = Pick<MemoryServices, 'store' | 'index' | 'embedder'> & Partial<Pick<MemoryServices, 'settings'>>

/** What answers a question, best first, each reading logged. Faults: `forbidden` when the app may read nothing. */
export async function recall(services: Services, caller: Caller, question: Question): Promise<readonly Hit[]> {
  return (await search(services, caller, question)).hits
}

/** The same, with what it had to do without. */
export async function search(services: Services, caller: Caller, question: Question): Promise<Answer> {
  const { store, index, embedder } = services
  const { ownerId, appId, nowMs } = caller
  // Asked together: an engine in another process answers both in the time of one.
  const read = questionReader(question.query, nowMs)
  const [rule, owner] = await Promise.all([
    store.rule(ownerId, appId),
    index.open(ownerId, async (known) => spellings(await read(known)), entitiesOf(caller, question)),
  ])
  assertReader(rule)
  const facts = readableFacts(owner.facts, (one) => mayRead(rule, one))
  const view: View = {
    asOf: question.asOf ?? nowMs,
    maySee: (one) => one.state === 'active' && mayRead(rule, one),
  }
  const whole = await read(facts)
  const rest = withoutNames(question.query, whole.terms, speakerNames(facts, visibleItems(facts, view)))
  const meant = embedder === undefined ? undefined : await vectorOf(embedder, rest ?? question.query)
  const postings = await owner.postings(spellings(whole))
  const asked = rarestTerms(whole, postings, question.rarestWords ?? Number.POSITIVE_INFINITY)
  const plain: RankRequest = {
    question: asked,
    limit: question.limit,
    ...view,
    wanted: question,
    linked: owner.linked,
  }
  const events = await eventsOf(services, caller, facts, postings, plain)
  const request = withEvents(plain, events)
  const meaning =
    embedder === undefined || meant === undefined
      ? undefined
      : { ...(await compare(owner, facts, postings, request, meant, embedder.space)), nameless: rest !== undefined }
  const { threshold, explain } = question
  const ranked = rank(facts, postings, { ...request, meaning, threshold, explain })
  const hits = (await withMemories(services, caller, ranked)).map((hit) => withItsEvents(hit, events))
  if (question.unlogged !== true) {
    logReadings(
      services,
      caller,
      hits.map(({ memory, score }) => ({ memoryId: memory.id, kind: 'search' as const, score })),
    )
  }
  return { hits, degraded: lackingOf(owner, embedder, meant) }
}

/**
 * Which entities the question may name, and in which memories. What is asked for our own purposes is asked by its rarest words, and
 * entities bring nothing that nearly says the same.
 */
function entitiesOf({ appId, nowMs }: Caller, question: Question): LinkedRequest | undefined {
  if (question.rarestWords !== undefined) return undefined
  const filter: MemoryFilter = {
    states: ['active'],
    asOf: question.asOf ?? nowMs,
    appIds: question.appId === undefined ? undefined : [question.appId],
    categories: question.categories,
    threadId: question.thread,
  }
  return { keys: () => entityKeysIn(question.query), appId, filter }
}

function lackingOf(
  owner: OwnerIndex,
  embedder: Embedder | undefined,
  meant: Float32Array | undefined,
): readonly Lacking[] {
  const words: readonly Lacking[] = owner.incomplete ? ['index'] : []
  if (embedder === undefined) return words
  if (meant === undefined) return [...words, 'embedder']
  return owner.lacksVectors(embedder.space) ? [...words, 'vectors'] : words
}

/** The times that the question tells from events, as the owner's memories know them. */
async function eventsOf(
  services: Services,
  caller: Caller,
  facts: OwnerFacts,
  postings: PackedPostings,
  request: RankRequest,
): Promise<readonly EventPeriod[]> {
  const { eventTime } = request.question
  if (eventTime === undefined) return []
  const best = rank(facts, postings, { ...request, question: eventTime.asked, limit: eventCandidates })
  const telling = best.filter(({ ordinal }) => ((facts.traits[ordinal] ?? 0) & trait.asksOnly) === 0)
  const hits = await withMemories(services, caller, telling)
  const told = hits.map(({ memory, why }) => ({ memory, matched: why.matched }))
  return await eventPeriods(eventTime, told)
}

/** Dates within the words of an event say which event it is: only where it is not found they say when. */
function withEvents(request: RankRequest, events: readonly EventPeriod[]): RankRequest {
  const { periods, eventTime } = request.question
  if (eventTime === undefined) return request
  const meant = events.length > 0 ? events : eventTime.asked.periods
  return { ...request, question: { ...request.question, periods: [...periods, ...meant] } }
}

function withItsEvents(hit: Hit, events: readonly EventPeriod[]): Hit {
  const told = hit.memory.occurredAt ?? hit.memory.createdAt
  const its = events.filter(({ from, to }) => told >= from && told < to)
  return its.length === 0 ? hit : { ...hit, why: { ...hit.why, events: its } }
}

/** Compares in meaning the nearest items, the best by words, and some of all. */
async function compare(
  owner: OwnerIndex,
  facts: OwnerFacts,
  postings: PackedPostings,
  request: RankRequest,
  vector: Float32Array,
  space: string,
): Promise<Omit<Meaning, 'nameless'>> {
  const accept = answering(facts, request)
  const sample = sampleOf(facts, accept)
  const best = rank(facts, postings, { ...request, limit: bestByWords }).map(({ ordinal }) => ordinal)
  const { cosines: likeness, rounding } = await owner.nearest({
    vector,
    space,
    count: nearestItems,
    also: best,
    sample,
    beside: (at) => beside(facts, at),
    ends: (at) => passageEnds(facts, at),
    accept,
  })
  const passages = bestPassages(facts, likeness.keys(), visibleItems(facts, request), owner.passages(vector, space))
  return { likeness, rounding, passages, sample }
}

/** The question's vector; undefined when the model does not answer within its budget, or fails: the log is told of that by the embedder. */
async function vectorOf(embedder: Embedder, query: string): Promise<Float32Array | undefined> {
  try {
    return await embedder.embedQuestion(query, AbortSignal.timeout(embedder.questionBudgetMs))
  } catch {
    return undefined
  }
}

/** The memories of ranked items; the engine looks once more whether the app may read them. */
async function withMemories(
  { index }: Pick<MemoryServices, 'index'>,
  { ownerId, appId }: Caller,
  ranked: readonly Ranked[],
): Promise<Hit[]> {
  if (ranked.length === 0) return []
  const ordinals = ranked.map(({ ordinal }) => ordinal)
  const memories = await index.memoriesAt(ownerId, appId, ordinals)
  return ranked.flatMap(({ ordinal, score, why }) => {
    const memory = memories.get(ordinal)
    return memory === undefined ? [] : [{ memory, score, why }]
  })
}
