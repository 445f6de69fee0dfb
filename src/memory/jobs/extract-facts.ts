/** The job that lets a model read a memory's text. What it derives is kept with that memory alone. */
import type { ClientId } from '../../shared/brand.ts'
import { type Extractor, groundedIn } from '../extract/extractor.ts'
import type { GraphSource } from '../graph/ports.ts'
import type { Outbox } from './ports.ts'
import type { OutboxWork } from './run-outbox.ts'
import { leaseMs } from './while-leased.ts'

export interface ExtractFacts {
  readonly source: GraphSource
  readonly extractor: Extractor
  readonly outbox: Outbox
  readonly clock: OutboxWork['clock']
}

/** Who changed a memory, in its history. */
const extractorApp = 'extractor' as ClientId

/** One text at a time: a model takes seconds, and any number of processes may run this. */
export const extractFacts = ({ source, extractor, outbox, clock }: ExtractFacts): OutboxWork => ({
  outbox,
  clock,
  kind: 'extract',
  count: 1,
  leaseMs,
  async handle(ownerId, jobs, signal) {
    for (const { memoryId } of jobs) {
      if (memoryId === undefined) {
        await outbox.spread('extract', ownerId, clock.now())
        continue
      }
      const [text] = await source.texts(ownerId, [memoryId])
      if (text === undefined) continue
      const derived = groundedIn(text, await extractor.read(text, signal))
      const by = { appId: extractorApp, at: clock.now() }
      await source.keepExtraction(ownerId, memoryId, text.contentHash, derived, by)
    }
  },
})
