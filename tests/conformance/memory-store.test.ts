import { memoryEngines } from '../support/memory-engines.ts'
import { describeMemoryStore } from './memory-store.ts'

for (const { name, open } of memoryEngines) describeMemoryStore(name, open)
