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
export const panels: readonly Panel[] = [
  {
    title: 'Requests by route',
    unit: 'reqps',
    queries: [{ expr: rate('souvenir_http_requests_total', 'route'), legend: '{{route}}' }],
  },
  {
    title: 'Errors (5xx) by route',
    unit: 'reqps',
    queries: [{ expr: rate('souvenir_http_requests_total{status=~"5.."}', 'route'), legend: '{{route}}' }],
  },
  {
    title: 'Time to answer, p99 by route',
    unit: 's',
    queries: [{ expr: quantile(0.99, 'souvenir_http_request_seconds', 'route'), legend: '{{route}}' }],
  },
  {
    title: 'Token validation, p99',
    unit: 's',
    queries: [{ expr: quantile(0.99, 'souvenir_token_validation_seconds', 'cached'), legend: 'cached: {{cached}}' }],
  },
  {
    title: 'Tokens by outcome',
    unit: 'reqps',
    queries: [{ expr: rate('souvenir_token_validation_seconds_count', 'outcome'), legend: '{{outcome}}' }],
  },
  {
    title: 'JWKS hit rate',
    unit: 'percentunit',
    queries: [
      {
        expr: 'sum(rate(souvenir_jwks_lookups_total{result="hit"}[1h])) / sum(rate(souvenir_jwks_lookups_total[1h]))',
        legend: 'hits',
      },
    ],
  },
  {
    title: 'OAuth flows by step',
    unit: 'short',
    queries: [
      {
        expr: 'sum by (step, event) (increase(souvenir_oauth_flow_steps_total[1h]))',
        legend: '{{step}} {{event}}',
      },
    ],
  },
  {
    title: 'OAuth flows abandoned',
    unit: 'short',
    queries: [
      {
        expr: 'sum by (step) (increase(souvenir_oauth_flow_steps_total{event="abandoned"}[1h]))',
        legend: '{{step}}',
      },
    ],
  },
  {
    title: 'OAuth completion rate',
    unit: 'percentunit',
    queries: [
      {
        expr: 'sum(increase(souvenir_oauth_flow_steps_total{step="token",event="completed"}[1h])) / sum(increase(souvenir_oauth_flow_steps_total{step="authorize",event="entered"}[1h]))',
        legend: 'completed',
      },
    ],
  },
  {
    title: 'Rate-limited requests by rule',
    unit: 'reqps',
    queries: [{ expr: rate('souvenir_rate_limited_total', 'rule'), legend: '{{rule}}' }],
  },
  {
    title: 'Tool calls',
    unit: 'reqps',
    queries: [{ expr: rate('souvenir_tool_call_seconds_count', 'tool, outcome'), legend: '{{tool}} {{outcome}}' }],
  },
  {
    title: 'Search, p95 by stage',
    unit: 's',
    queries: [{ expr: quantile(0.95, 'souvenir_search_stage_seconds', 'stage'), legend: '{{stage}}' }],
  },
  {
    title: 'Queues: age of the oldest undone work',
    unit: 's',
    queries: [{ expr: 'max by (queue) (souvenir_queue_lag_seconds)', legend: '{{queue}}' }],
  },
  {
    title: 'Queues: jobs',
    unit: 'short',
    queries: [
      { expr: 'max by (queue) (souvenir_queue_jobs_waiting)', legend: '{{queue}} waiting' },
      { expr: 'max by (queue) (souvenir_queue_jobs_dead)', legend: '{{queue}} given up' },
    ],
  },
  {
    title: 'Engines',
    unit: 'short',
    queries: [{ expr: 'min by (engine) (souvenir_engine_up)', legend: '{{engine}}' }],
  },
  {
    title: 'Open streams',
    unit: 'short',
    queries: [{ expr: 'sum by (kind) (souvenir_open_streams)', legend: '{{kind}}' }],
  },
  {
    title: 'Resident memory',
    unit: 'bytes',
    queries: [{ expr: 'process_resident_memory_bytes', legend: '{{instance}}' }],
  },
]
