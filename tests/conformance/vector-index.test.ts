import { memoryEngines, otherVectorEngines } from '../support/memory-engines.ts'
import { describeVectorIndex } from './vector-index.ts'

for (const { name, open } of [...memoryEngines, ...otherVectorEngines]) describeVectorIndex(name, open)
