import { memoryEngines, otherVectorEngines } from '../support/memory-engines.ts'
import { describePassagesAnew } from './passages-anew.ts'

for (const { name, open } of [...memoryEngines, ...otherVectorEngines]) describePassagesAnew(name, open)
