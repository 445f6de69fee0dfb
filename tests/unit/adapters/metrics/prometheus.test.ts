import { expect, test } from 'bun:test'
import { createPrometheus } from '../../../../src/adapters/metrics/prometheus.ts'

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
