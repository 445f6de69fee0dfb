import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { describeOutbox } from './outbox.ts'

describeOutbox('SQLite', async () => {
  const { store, outbox } = openSqliteMemoryStore({ path: ':memory:' })
  return { store, outbox, close: () => store.close() }
})
