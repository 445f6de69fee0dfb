/** What adding comes to: which drafts are new, what is made of them and where they stand. Pure. */
import { assertWriter, mayRead } from '../access.ts'
import { noAnnotations } from '../graph/schema.ts'
import type { AddOutcome, AddPolicy, Draft } from '../ports.ts'
import type { AccessRule, Memory } from '../schema.ts'
import { guessedThread, isGuessed } from '../threads.ts'
import { createPlaces, type Place } from './places.ts'
import type { ChangeSet, Writing } from './set.ts'

/** How many of the memories that say a text, the oldest first, and of those handed out, the newest first, an engine reads. */
export const mostSameTexts = 100
export const mostRecalled = 200

/** What an engine knows when drafts come. */
export interface KnownForAdding {
  readonly rule: AccessRule
  /** Memories that were handed out to any app since `AddPolicy.recalledSince`, up to `mostRecalled`. */
  readonly recalled: readonly Memory[]
  /** The app's newest memory. */
  newestOfApp(): { readonly threadId: string; readonly createdAt: number } | undefined
  /** Those with this hash that still hold, up to `mostSameTexts`. */
  sameText(hash: string): readonly Memory[]
  firstFree(threadId: string): number
}

export interface Added {
  readonly outcomes: readonly AddOutcome[]
  readonly changes: ChangeSet
}

/** @throws Fault `forbidden` when the app may not write */
export function adding(known: KnownForAdding, writing: Writing, drafts: readonly Draft[], policy: AddPolicy): Added {
  const { rule } = known
  assertWriter(rule)
  // That a text was refused as an echo must not tell what others are given.
  const recalled = known.recalled.filter((memory) => mayRead(rule, memory))
  const places = createPlaces(known.firstFree)
  let running: string | undefined
  const threadOf = (draft: Draft): string => {
    if (draft.threadId !== undefined) return draft.threadId
    running ??= runningThread(known.newestOfApp(), draft, policy)
    return running
  }
  const made: Memory[] = []
  const madeOf = new Map<string, Memory>()
  const outcomes = drafts.map((draft): AddOutcome => {
    const same = firstReadable([...known.sameText(draft.contentHash), madeOf.get(draft.contentHash)], rule)
    if (same !== undefined) return { status: 'duplicate', memory: same }
    if (policy.isEcho(draft.content, recalled)) return { status: 'recalled', memory: undefined }
    const memory = newMemory(writing, draft, places.behind(threadOf(draft)), policy.at)
    made.push(memory)
    madeOf.set(draft.contentHash, memory)
    return { status: 'added', memory }
  })
  const events = made.map(({ id }) => ({ id, kind: 'created' as const }))
  return { outcomes, changes: { appId: writing.appId, at: policy.at, made, events } }
}

/** A memory as a draft says, active, and holding from when it says or from now on. */
export const newMemory = ({ ownerId, appId }: Writing, draft: Draft, place: Place, at: number): Memory => ({
  id: draft.id,
  ownerId,
  appId,
  speaker: draft.speaker,
  content: draft.content,
  contentHash: draft.contentHash,
  state: 'active',
  categories: draft.categories,
  metadata: draft.metadata,
  annotations: draft.annotations ?? noAnnotations,
  ...place,
  occurredAt: draft.occurredAt,
  validFrom: draft.validFrom ?? at,
  validTo: undefined,
  supersedes: undefined,
  source: draft.source,
  createdAt: at,
  updatedAt: at,
  version: 1,
})

/** Of memories that say the same the first that the app may read: one that it may not read must not show by this. */
export const firstReadable = (memories: readonly (Memory | undefined)[], rule: AccessRule): Memory | undefined =>
  memories.find((memory) => memory !== undefined && mayRead(rule, memory))

/** The app's running thread, from its newest memory: it goes on for a while, then the draft begins another. */
function runningThread(
  newest: ReturnType<KnownForAdding['newestOfApp']>,
  draft: Draft,
  { at, threadGapMs }: AddPolicy,
): string {
  const goesOn = newest !== undefined && isGuessed(newest.threadId) && at - newest.createdAt < threadGapMs
  return goesOn ? newest.threadId : guessedThread(draft.id)
}
