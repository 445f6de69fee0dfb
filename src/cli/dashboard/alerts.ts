/** Alert rules for Prometheus: when somebody should look, and what at. */
export interface Alert {
  readonly name: string
  readonly expr: string
  readonly for: string
  readonly severity: 'page' | 'ticket'
  readonly summary: string
}

export const alerts: readonly Alert[] = [
  {
    name: 'SouvenirEngineDown',
    expr: 'min by (engine) (souvenir_engine_up) == 0',
    for: '2m',
    severity: 'page',
    summary: '{{ $labels.engine }} does not answer; /health says more.',
  },
  {
    name: 'SouvenirErrors',
    expr: 'sum(rate(souvenir_http_requests_total{status=~"5.."}[5m])) / sum(rate(souvenir_http_requests_total[5m])) > 0.01',
    for: '5m',
    severity: 'page',
    summary: 'More than 1 % of requests fail; the log has each under its request id.',
  },
  {
    name: 'SouvenirTokensUnjudged',
    expr: 'sum(rate(souvenir_token_validation_seconds_count{outcome="unavailable"}[5m])) > 0',
    for: '2m',
    severity: 'page',
    summary: 'Tokens cannot be judged: the keys of the issuer or the revocations are out of reach.',
  },
  {
    name: 'SouvenirInvalidTokens',
    expr: 'sum(rate(souvenir_token_validation_seconds_count{outcome="invalid"}[10m])) / sum(rate(souvenir_token_validation_seconds_count[10m])) > 0.2',
    for: '15m',
    severity: 'ticket',
    summary: 'A fifth of all tokens is refused: look for "Invalid token" in the log, at the issuer and JWKS_URL.',
  },
  {
    name: 'SouvenirSlowTokenValidation',
    expr: 'histogram_quantile(0.99, sum by (le) (rate(souvenir_token_validation_seconds_bucket{cached="yes"}[10m]))) > 0.005',
    for: '15m',
    severity: 'ticket',
    summary: 'Known tokens take over 5 ms: the process is short of processor time.',
  },
  {
    name: 'SouvenirJwksMisses',
    expr: 'sum(rate(souvenir_jwks_lookups_total{result="miss"}[1h])) / sum(rate(souvenir_jwks_lookups_total[1h])) > 0.1',
    for: '1h',
    severity: 'ticket',
    summary: 'The key set of the issuer is fetched too often: tokens of unknown keys, or a cache that is lost.',
  },
  {
    name: 'SouvenirFlowsAbandoned',
    expr: 'sum(increase(souvenir_oauth_flow_steps_total{step="authorize",event="entered"}[1d])) > 10 and sum(increase(souvenir_oauth_flow_steps_total{event="abandoned"}[1d])) / sum(increase(souvenir_oauth_flow_steps_total{step="authorize",event="entered"}[1d])) > 0.5',
    for: '1h',
    severity: 'ticket',
    summary: 'More than half of the sign-ins are abandoned; the dashboard shows at which step.',
  },
  {
    name: 'SouvenirQueueLag',
    expr: 'max by (queue) (souvenir_queue_lag_seconds) > 600',
    for: '10m',
    severity: 'ticket',
    summary: 'Work in {{ $labels.queue }} waits for more than ten minutes: is the worker running?',
  },
  {
    name: 'SouvenirQueueDead',
    expr: 'max by (queue) (souvenir_queue_jobs_dead) > 0',
    for: '10m',
    severity: 'ticket',
    summary: 'Jobs of {{ $labels.queue }} were given up; the command "rebuild" asks for them again.',
  },
  {
    name: 'SouvenirEmbedderDown',
    expr: 'sum(rate(souvenir_embedding_failures_total{reason="unavailable"}[10m])) > 0',
    for: '10m',
    severity: 'ticket',
    summary: 'The embedding model does not answer: new memories are found by their words alone.',
  },
  {
    name: 'SouvenirTextsRefused',
    expr: 'sum(increase(souvenir_embedding_failures_total{reason="refused"}[1h])) > 0',
    for: '0m',
    severity: 'ticket',
    summary: 'The embedding model refused texts of memories or passages: what it refused is found by its words alone.',
  },
  {
    name: 'SouvenirRateLimited',
    expr: 'sum by (rule) (rate(souvenir_rate_limited_total[15m])) > 1',
    for: '30m',
    severity: 'ticket',
    summary: 'The limit {{ $labels.rule }} refuses more than one request a second.',
  },
  {
    name: 'SouvenirMemory',
    expr: 'process_resident_memory_bytes > 450e6',
    for: '15m',
    severity: 'ticket',
    summary:
      'A process takes 450 MB, near the 512m that MEMORY_LIMIT is by default. With another limit set the figure of this rule to 85 % of it.',
  },
]
