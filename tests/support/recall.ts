import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import type { Draft } from '../../src/memory/ports.ts'
import type { Embedder } from '../../src/memory/rank/embedder.ts'
import { type Question, recall } from '../../src/memory/recall.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from './memories.ts'

/**
 * A memory of one person to be asked: each text by itself (a day apart), or with `thread` as a conversation. With an embedder by meaning
 * too, once `embed` was called.
 */
export function openRecall({ embedder }: { embedder?: Embedder } = {}) {
  const engine = openSqliteMemoryStore({ path: ':memory:' })
  let days = -1_000
  return {
    engine,
    async add(content: string, parts: Partial<Draft> = {}): Promise<string> {
      days += 1
      const at = startMs + days * 86_400_000
      const [outcome] = await engine.store.add(owner('ada'), app('app'), [draftOf(content, parts)], policyAt(at))
      return outcome?.memory?.id ?? ''
    },
    async embed(): Promise<void> {
      if (embedder === undefined) return
      while ((await embedItems({ vectors: engine.vectors, embedder, clock: systemClock })) > 0);
    },
    async ask(query: string, parts: Partial<Question> = {}) {
      return await recall({ ...engine, embedder }, callerOf('ada', 'app'), { query, limit: 5, ...parts })
    },
    close: () => engine.store.close(),
  }
}
export type Recall = ReturnType<typeof openRecall>
