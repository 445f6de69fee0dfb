/** A text that stands in all that an engine keeps of a memory, to be looked for once the memory is erased. */
import { contentHash } from '../../src/memory/content.ts'
import type { GraphSource } from '../../src/memory/graph/ports.ts'
import type { MemoryStore } from '../../src/memory/ports.ts'
import type { MemoryId } from '../../src/shared/brand.ts'
import { app, draftOf, onceClaim, owner, policyAt, startMs } from './memories.ts'

interface Engine {
  readonly store: MemoryStore
  readonly graphSource: GraphSource
}

const [ada, chat] = [owner('ada'), app('chat')]

/**
 * Keeps two memories of ada's with `marker` in their contents and annotations, the second in place of the first, which was reworded
 * before; in what a model said of the second; and in a result that is kept. `rest` makes the first one as long as the test needs it.
 */
export async function keepMarked(
  { store, graphSource }: Engine,
  marker: string,
  rest: string,
): Promise<readonly [MemoryId, MemoryId]> {
  const first = draftOf(`The ${marker} sings. ${rest}`, {
    categories: [`${marker}-category`],
    metadata: { note: marker },
    threadId: `${marker}-thread`,
    speaker: { kind: 'other', name: `Grace ${marker}` },
    annotations: { entities: [{ name: `${marker} house` }], relations: [] },
  })
  await store.add(ada, chat, [first], policyAt())
  const text = `The ${marker} sings no more.`
  await store.update(ada, chat, first.id, { content: { text, hash: contentHash(text) } }, { at: startMs })
  const second = draftOf(`Superseded by the ${marker} again.`, {
    annotations: { entities: [{ name: `${marker} house` }], relations: [] },
  })
  await store.supersede(ada, chat, first.id, second, { at: startMs })
  const said = { facts: [`There is a ${marker}.`], entities: [], relations: [], categories: [], occurredAt: undefined }
  const by = { appId: chat, at: startMs }
  const kept = await graphSource.keepExtraction(ada, second.id, second.contentHash, said, by)
  if (!kept) throw new Error('what the model said was not kept')
  await store.beginOnce(ada, chat, onceClaim('key'), 'print', startMs)
  await store.endOnce(ada, chat, onceClaim('key'), { result: { text }, holdsTexts: true }, startMs + 60_000)
  return [first.id, second.id]
}
