import { memoryEngines } from '../support/memory-engines.ts'
import { describeRecallIndex } from './recall-index.ts'

for (const { name, open } of memoryEngines) describeRecallIndex(name, open)
