import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { describeGraphStore } from './graph-store.ts'

describeGraphStore('SQLite', async () => {
  const { store, graph, graphSource: source } = openSqliteMemoryStore({ path: ':memory:' })
  return { store, graph, source, sync: async () => {}, close: () => store.close() }
})
