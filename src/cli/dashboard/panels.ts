/** What the Grafana dashboard shows: each panel is a title, a unit of Grafana's, and its queries. */
export interface Panel {
  readonly title: string
  readonly unit: 'short' | 's' | 'bytes' | 'percentunit' | 'reqps'
  /** PromQL, with the legend of its series. */
  readonly queries: readonly { readonly expr: string; readonly legend: string }[]
}

const rate = (metric: string, by: string) => `sum by (${by}) (rate(${metric}[5m]))`
const quantile = (q: number, metric: string, by: string) =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket[5m])))`
/** A panel of one query. */
const one = (title: string, unit: Panel['unit'], expr: string, legend: string): Panel => ({
  title,
  unit,
  queries: [{ expr, legend }],
})

export const panels: readonly Panel[] = [
  one('Requests by route', 'reqps', rate('souvenir_http_requests_total', 'route'), '{{route}}'),
  one('Errors (5xx) by route', 'reqps', rate('souvenir_http_requests_total{status=~"5.."}', 'route'), '{{route}}'),
  one('Time to answer, p99 by route', 's', quantile(0.99, 'souvenir_http_request_seconds', 'route'), '{{route}}'),
  one(
    'Token validation, p99',
    's',
    quantile(0.99, 'souvenir_token_validation_seconds', 'cached'),
    'cached: {{cached}}',
  ),
  one('Tokens by outcome', 'reqps', rate('souvenir_token_validation_seconds_count', 'outcome'), '{{outcome}}'),
  one(
    'JWKS hit rate',
    'percentunit',
    'sum(rate(souvenir_jwks_lookups_total{result="hit"}[1h])) / sum(rate(souvenir_jwks_lookups_total[1h]))',
    'hits',
  ),
  one(
    'OAuth flows by step',
    'short',
    'sum by (step, event) (increase(souvenir_oauth_flow_steps_total[1h]))',
    '{{step}} {{event}}',
  ),
  one(
    'OAuth flows abandoned',
    'short',
    'sum by (step) (increase(souvenir_oauth_flow_steps_total{event="abandoned"}[1h]))',
    '{{step}}',
  ),
  one(
    'OAuth completion rate',
    'percentunit',
    'sum(increase(souvenir_oauth_flow_steps_total{step="token",event="completed"}[1h])) / sum(increase(souvenir_oauth_flow_steps_total{step="authorize",event="entered"}[1h]))',
    'completed',
  ),
  one('Rate-limited requests by rule', 'reqps', rate('souvenir_rate_limited_total', 'rule'), '{{rule}}'),
  one('Tool calls', 'reqps', rate('souvenir_tool_call_seconds_count', 'tool, outcome'), '{{tool}} {{outcome}}'),
  one('Search, p95 by stage', 's', quantile(0.95, 'souvenir_search_stage_seconds', 'stage'), '{{stage}}'),
  one('Queues: age of the oldest undone work', 's', 'max by (queue) (souvenir_queue_lag_seconds)', '{{queue}}'),
  {
    title: 'Queues: jobs',
    unit: 'short',
    queries: [
      { expr: 'max by (queue) (souvenir_queue_jobs_waiting)', legend: '{{queue}} waiting' },
      { expr: 'max by (queue) (souvenir_queue_jobs_dead)', legend: '{{queue}} given up' },
    ],
  },
  one('Embedding: failures', 'reqps', rate('souvenir_embedding_failures_total', 'reason'), '{{reason}}'),
  one('Engines', 'short', 'min by (engine) (souvenir_engine_up)', '{{engine}}'),
  one('Open streams', 'short', 'sum by (kind) (souvenir_open_streams)', '{{kind}}'),
  one('Resident memory', 'bytes', 'process_resident_memory_bytes', '{{instance}}'),
]
