import { expect, test } from 'bun:test'
import { createPrometheus } from '../../../../src/adapters/metrics/prometheus.ts'
import type { QueueState } from '../../../../src/shared/metrics.ts'

test('/metrics tells of each queue how long its oldest job waits, how many wait, and how many were given up', async () => {
  const { body } = await createPrometheus().page({
    openStreams: () => ({}),
    engines: async () => [],
    queues: async () => ({
      graph: { lagSeconds: 12.5, waiting: 40, dead: 3 },
      embed: { lagSeconds: 2, waiting: 1, dead: undefined },
    }),
  })
  expect(body).toContain('souvenir_queue_lag_seconds{queue="graph"} 12.5')
  expect(body).toContain('souvenir_queue_jobs_waiting{queue="graph"} 40')
  expect(body).toContain('souvenir_queue_jobs_dead{queue="graph"} 3')
  expect(body).toContain('souvenir_queue_jobs_waiting{queue="embed"} 1')
  expect(body).not.toContain('souvenir_queue_jobs_dead{queue="embed"}')
})

test('/metrics tells of engines and queues what is now: of what is not told any more nothing stays', async () => {
  const prometheus = createPrometheus()
  const page = (engines: { engine: string; up: boolean }[], queues: Record<string, QueueState>) =>
    prometheus.page({ openStreams: () => ({}), engines: async () => engines, queues: async () => queues })
  const lost = await page([{ engine: 'jwks', up: false }], { graph: { lagSeconds: 700, waiting: 40, dead: 3 } })
  expect(lost.body).toContain('souvenir_engine_up{engine="jwks"} 0')
  const { body } = await page([{ engine: 'sqlite', up: true }], {})
  expect(body).toContain('souvenir_engine_up{engine="sqlite"} 1')
  expect(body).not.toContain('engine="jwks"')
  expect(body).not.toContain('queue="graph"')
})
