import type { Outbox } from '../memory/jobs/ports.ts'
import { type OutboxWork, runOutbox } from '../memory/jobs/run-outbox.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { runJob } from '../worker/run-job.ts'

/** Runs the outbox of these kinds as long as the process lives; jobs of kinds that nobody runs any more go. */
export async function runOutboxWork(
  work: readonly OutboxWork[],
  outbox: Outbox,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<{ stop(): Promise<void> }> {
  await outbox.subscribe(
    work.map(({ kind }) => kind),
    clock.now(),
  )
  const jobs = work.map((one) => {
    const gaveUp = (reason: string) =>
      log.warn(
        { job: one.kind, reason },
        'job given up, until its memory changes or everything of its kind is made anew',
      )
    return runJob({ name: one.kind, log, work: (signal) => runOutbox(one, signal, gaveUp) })
  })
  return {
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()))
    },
  }
}
