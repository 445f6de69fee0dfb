import { memoryEngines } from '../support/memory-engines.ts'
import { describeOutbox } from './outbox.ts'

for (const { name, open } of memoryEngines) describeOutbox(name, open)
