/** Metrics in Prometheus's text format, by prom-client. Loaded only where METRICS_PORT or METRICS_TOKEN is set. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Gauges, Metrics, MetricsPage } from '../../shared/metrics.ts'

export interface Prometheus extends Metrics {
  page(gauges: Gauges): Promise<MetricsPage>
}

const seconds = (milliseconds: number) => milliseconds / 1000
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const tokenBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 1]
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export function createPrometheus(): Prometheus {
  const registry = new Registry()
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: readonly number[] = requestBuckets,
  ) => new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers })
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers })

  const requests = counter('souvenir_http_requests_total', 'Requests answered.', ['route', 'method', 'status'])
  const requestSeconds = histogram('souvenir_http_request_seconds', "Time to an answer's head.", ['route', 'method'])
  const tokens = histogram(
    'souvenir_token_validation_seconds',
    'Time to judge an access token.',
    ['outcome', 'cached'],
    tokenBuckets,
  )
  const keys = counter('souvenir_jwks_lookups_total', "Lookups in the issuer's key set; a miss fetched it.", ['result'])
  const flows = counter(
    'souvenir_oauth_flow_steps_total',
    'Steps of OAuth flows; abandoned are those whose time ran out there.',
    ['step', 'event'],
  )
  const limited = counter('souvenir_rate_limited_total', 'Requests refused by a rate limit.', ['rule'])
  const tools = histogram('souvenir_tool_call_seconds', 'Calls of MCP tools.', ['tool', 'outcome'])
  const stages = histogram('souvenir_search_stage_seconds', 'Time of each stage of a search.', ['stage'])
  const unembedded = counter(
    'souvenir_embedding_failures_total',
    'Tries in which the embedding model did not answer, and texts that it refused.',
    ['reason'],
  )
  const streams = gauge('souvenir_open_streams', 'Open streams.', ['kind'])
  const engines = gauge('souvenir_engine_up', '1 while an engine answers.', ['engine'])
  const lag = gauge('souvenir_queue_lag_seconds', 'How long the oldest undone work has waited.', ['queue'])
  const waiting = gauge('souvenir_queue_jobs_waiting', 'Jobs that are still to be done.', ['queue'])
  const dead = gauge('souvenir_queue_jobs_dead', 'Jobs that were given up after too many failures.', ['queue'])
  const memory = gauge('process_resident_memory_bytes', 'Resident memory.')
  const started = gauge('process_start_time_seconds', 'When the process started, Unix seconds.')
  started.set(Math.round(Date.now() / 1000 - process.uptime()))
  // What has not happened yet is 0 and not absent: rates and alerts need a first value.
  for (const result of ['hit', 'miss']) keys.inc({ result }, 0)
  for (const reason of ['unavailable', 'refused']) unembedded.inc({ reason }, 0)
  for (const step of ['authorize', 'sign_in', 'consent', 'token']) {
    for (const event of ['entered', 'completed', 'refused', 'abandoned']) flows.inc({ step, event }, 0)
  }

  return {
    answered(route, given, status, milliseconds) {
      const method = knownMethods.has(given) ? given : 'other'
      requests.inc({ route, method, status: String(status) })
      requestSeconds.observe({ route, method }, seconds(milliseconds))
    },
    tokenValidated(outcome, cached, milliseconds) {
      tokens.observe({ outcome, cached: cached ? 'yes' : 'no' }, seconds(milliseconds))
    },
    keyLookedUp: (result) => keys.inc({ result }),
    flowStep: (step, event) => flows.inc({ step, event }),
    limited: (rule) => limited.inc({ rule }),
    toolCalled: (tool, outcome, milliseconds) => tools.observe({ tool, outcome }, seconds(milliseconds)),
    searched: (stage, milliseconds) => stages.observe({ stage }, seconds(milliseconds)),
    embeddingFailed: (reason, count) => unembedded.inc({ reason }, count),
    async page({ openStreams, engines: enginesNow, queues }) {
      for (const [kind, count] of Object.entries(openStreams())) streams.set({ kind }, count)
      const [enginesAre, queuesAre] = await Promise.all([enginesNow(), queues()])
      // What nobody tells of any more is not as it was: it would stay, and an alert with it.
      for (const told of [engines, lag, waiting, dead]) told.reset()
      for (const { engine, up } of enginesAre) engines.set({ engine }, up ? 1 : 0)
      for (const [queue, state] of Object.entries(queuesAre)) {
        lag.set({ queue }, state.lagSeconds)
        waiting.set({ queue }, state.waiting)
        if (state.dead !== undefined) dead.set({ queue }, state.dead)
      }
      memory.set(process.memoryUsage().rss)
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}
