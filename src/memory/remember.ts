/** Writing: verbatim, once. Called by operations; knows no wire. */
import type { MemoryId } from '../shared/brand.ts'
import { Fault } from '../shared/fault.ts'
import { sha256 } from '../shared/hash.ts'
import type { Caller } from './operation.ts'
import type { AddOutcome, Draft } from './ports.ts'
import { limits, type Memory, type Metadata, type Source, type Speaker } from './schema.ts'
import type { MemoryServices } from './services.ts'

const threadGapMs = 30 * 60_000
/** Text that went out so recently is not taken for new when it comes back. */
const echoMs = 10 * 60_000

export interface NewMemory {
  readonly text: string
  readonly speaker?: Speaker | undefined
  readonly categories?: readonly string[] | undefined
  readonly metadata?: Metadata | undefined
  readonly thread?: string | undefined
  readonly occurredAt?: number | undefined
}

/** Keeps texts, all or none. Faults: `invalid` for an empty text, those of `MemoryStore.add`. */
export function remember(
  { store, random }: Pick<MemoryServices, 'store' | 'random'>,
  caller: Caller,
  memories: readonly NewMemory[],
  source: Source,
): Promise<readonly AddOutcome[]> {
  const drafts = memories.map((memory): Draft => {
    checkText(memory.text)
    checkMetadata(memory.metadata)
    return {
      id: random.id() as MemoryId,
      content: memory.text,
      contentHash: contentHash(memory.text),
      speaker: memory.speaker ?? { kind: 'self' },
      categories: [...new Set(memory.categories ?? [])],
      metadata: memory.metadata ?? {},
      threadId: memory.thread,
      occurredAt: memory.occurredAt,
      validFrom: undefined,
      source,
    }
  })
  return store.add(caller.ownerId, caller.appId, drafts, {
    at: caller.nowMs,
    threadGapMs,
    recalledSince: caller.nowMs - echoMs,
    isEcho,
  })
}

/** The same text but for white space and Unicode form is the same memory. */
export const contentHash = (text: string): string => sha256(normalised(text))

const normalised = (text: string) => text.normalize('NFC').replace(/\s+/gu, ' ').trim()

export function checkText(text: string): void {
  if (normalised(text) === '') throw new Fault('invalid', 'The text is empty.', { code: 'text_empty', field: 'text' })
  if (text.includes('\0'))
    throw new Fault('invalid', 'The text has a NUL character.', { code: 'text_nul', field: 'text' })
}

export function checkMetadata(metadata: Metadata | undefined): void {
  if (metadata !== undefined && JSON.stringify(metadata).length > limits.metadataCharacters) {
    throw new Fault('invalid', `metadata is larger than ${limits.metadataCharacters} characters.`, {
      field: 'metadata',
    })
  }
}

/** Exactly what was handed out, or two or more memories of it in one text: a model that stores its own recall. */
function isEcho(content: string, recalled: readonly Memory[]): boolean {
  const text = normalised(content)
  const contained = recalled.filter(({ content: known }) => known.length >= 20 && text.includes(normalised(known)))
  return contained.length >= 2 || contained.some(({ content: known }) => normalised(known) === text)
}
