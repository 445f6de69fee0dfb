import { expect, test } from 'bun:test'
import { runOutboxWork } from '../../../src/dependencies/outbox-work.ts'
import type { Log } from '../../../src/shared/log.ts'
import { app, draftOf, owner, policyAt, startMs } from '../../support/memories.ts'
import { openSqlite } from '../../support/memory-engines.ts'

test('of a job that is given up the log has its kind and the reason’s code, and nothing of the memory', async () => {
  const engine = await openSqlite()
  const lines: unknown[][] = []
  const log = { warn: (...line: unknown[]) => lines.push(line), info: () => undefined } as unknown as Log
  let now = startMs
  // Every look at the clock is an hour on: no job rests.
  const clock = { now: () => (now += 3_600_000) }
  const handle = async () => {
    throw Object.assign(new Error('cannot read "The otter sleeps."'), { code: '22P02' })
  }
  const work = { outbox: engine.outbox, clock, kind: 'graph' as const, count: 10, leaseMs: 1_000, handle }
  const running = await runOutboxWork([work], engine.outbox, { clock, log })
  await engine.store.add(owner('ada'), app('chat'), [draftOf('The otter sleeps.')], policyAt(now))
  while (lines.length === 0) await Bun.sleep(10)
  await running.stop()
  expect(lines).toEqual([[{ job: 'graph', reason: '22P02' }, expect.stringContaining('given up')]])
  expect(await engine.outbox.dead(10)).toMatchObject([{ kind: 'graph', reason: '22P02', attempts: 8 }])
  await engine.close()
})
