import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { owner } from '../support/memories.ts'
import { describeMemoryStore } from './memory-store.ts'

describeMemoryStore('SQLite', async () => {
  const { store, verify } = openSqliteMemoryStore({ path: ':memory:' })
  return { store, verify: async (ownerId) => verify(owner(ownerId)), close: () => store.close() }
})
