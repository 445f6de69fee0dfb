import { describe, expect, test } from 'bun:test'
import { createLog } from '../../../src/shared/log.ts'
import { runJob } from '../../../src/worker/run-job.ts'

function recorded() {
  const lines: string[] = []
  return { lines, log: createLog('info', { write: (line: string) => lines.push(line) }) }
}

/** Resolves when `condition` holds; fails after a second. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await Bun.sleep(5)
  expect(condition()).toBe(true)
}

describe('A job beside requests', () => {
  test('goes on at once while there is work, then pauses', async () => {
    let left = 20
    let calls = 0
    const { log } = recorded()
    const work = async () => {
      calls += 1
      return left === 0 ? 0 : left--
    }
    const job = runJob({ name: 'count', work, log, pauseMs: 60_000 })
    await until(() => calls === 21)
    await Bun.sleep(20)
    expect(calls).toBe(21)
    await job.stop()
  })

  test('tries again after failures, says so once, and says when it works again', async () => {
    const { log, lines } = recorded()
    let calls = 0
    const work = async () => {
      calls += 1
      if (calls <= 2) throw new Error('no model')
      return 0
    }
    const job = runJob({ name: 'embed', work, log, pauseMs: 1, longestPauseMs: 2 })
    await until(() => calls > 3)
    await job.stop()
    const messages = lines.map((line) => JSON.parse(line).msg)
    expect(messages).toEqual(['job failed; it is tried again', 'job works again'])
  })

  test('where only work shows that it works again, nothing to do shows nothing, and one kind of failure is said once', async () => {
    const { log, lines } = recorded()
    const steps = ['fails', 'nothing', 'fails', 'nothing', 'work', 'nothing', 'fails']
    let calls = 0
    const work = async () => {
      const step = steps[calls++] ?? 'nothing'
      if (step === 'fails') throw new Error('no model')
      return step === 'work' ? 1 : 0
    }
    const job = runJob({ name: 'embed', work, log, provenByWork: true, pauseMs: 1, longestPauseMs: 2 })
    await until(() => calls > steps.length)
    await job.stop()
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'job failed; it is tried again',
      'job works again',
      'job failed; it is tried again',
    ])
  })

  test('stop waits for what is being done and ends the pause', async () => {
    const { log } = recorded()
    let ended = false
    const work = async (signal: AbortSignal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended = true
      return 1
    }
    const job = runJob({ name: 'slow', work, log })
    await job.stop()
    expect(ended).toBe(true)
  })
})
