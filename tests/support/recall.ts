import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import type { Draft } from '../../src/memory/ports.ts'
import { type Question, recall } from '../../src/memory/recall.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from './memories.ts'

/** A memory of one person to be asked: each text by itself (a day apart), or with `thread` as a conversation. */
export function openRecall() {
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
    async ask(query: string, parts: Partial<Question> = {}) {
      return await recall(engine, callerOf('ada', 'app'), { query, limit: 5, ...parts })
    },
    close: () => engine.store.close(),
  }
}
export type Recall = ReturnType<typeof openRecall>
