import { describe, expect, test } from 'bun:test'
import { createPrometheus } from '../../../src/adapters/metrics/prometheus.ts'
import { alerts } from '../../../src/cli/dashboard/alerts.ts'
import { panels } from '../../../src/cli/dashboard/panels.ts'

/** Every metric that is served, with the labels of its samples. */
async function served(): Promise<{ names: Set<string>; labels: Set<string> }> {
  const prometheus = createPrometheus()
  prometheus.answered('/health', 'GET', 200, 1)
  prometheus.tokenValidated('valid', true, 1)
  prometheus.limited('principal')
  prometheus.toolCalled('search_memory', 'ok', 1)
  prometheus.searched('postings', 1)
  prometheus.embeddingFailed('refused', 1)
  const { body } = await prometheus.page({
    openStreams: () => ({ mcp_sse: 1 }),
    engines: async () => [{ engine: 'sqlite', up: true }],
    queues: async () => ({ graph: { lagSeconds: 0, waiting: 0, dead: 0 } }),
  })
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return {
    names: new Set(samples.map((line) => line.split(/[{ ]/)[0] ?? '')),
    labels: new Set(samples.flatMap((line) => [...line.matchAll(/(\w+)="/g)].map((match) => match[1] ?? ''))),
  }
}

const expressions = [
  ...panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)),
  ...alerts.map(({ expr }) => expr),
]
const metricsIn = (expr: string) => expr.match(/\b(souvenir|process)_[a-z_]+/g) ?? []

describe('souvenir dashboard', () => {
  test('each metric that a panel or an alert names is served', async () => {
    const { names } = await served()
    const named = new Set(expressions.flatMap(metricsIn))
    expect(named.size).toBeGreaterThan(10)
    expect([...named].filter((name) => !names.has(name))).toEqual([])
  })

  test('each label that a query sums by or selects is served', async () => {
    const { labels } = await served()
    const asked = expressions.flatMap((expr) => [
      ...[...expr.matchAll(/by \(([^)]+)\)/g)].flatMap((match) => (match[1] ?? '').split(/,\s*/)),
      ...[...expr.matchAll(/(\w+)=~?"/g)].map((match) => match[1] ?? ''),
    ])
    expect([...new Set(asked)].filter((label) => !labels.has(label))).toEqual([])
  })

  test('each metric that is served is shown by a panel', async () => {
    const shown = new Set(panels.flatMap(({ queries }) => queries.flatMap(({ expr }) => metricsIn(expr))))
    const family = (name: string) => name.replace(/_(bucket|count|sum)$/, '')
    const families = new Set([...shown].map(family))
    const unseen = [...(await served()).names].map(family).filter((name) => !families.has(name))
    expect([...new Set(unseen)]).toEqual(['process_start_time_seconds'])
  })
})
