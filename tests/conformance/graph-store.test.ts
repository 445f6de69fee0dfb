import { memoryEngines } from '../support/memory-engines.ts'
import { describeGraphStore } from './graph-store.ts'

for (const { name, open } of memoryEngines) {
  describeGraphStore(name, async () => {
    const { store, graph, graphSource: source, close } = await open()
    return { store, graph, source, sync: async () => {}, close }
  })
}
