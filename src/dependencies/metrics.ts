/** Metrics where somebody may read them; otherwise nothing is kept and nothing is loaded. */
import type { Config } from '../config/config.ts'
import { atFirstUse } from '../shared/at-first-use.ts'
import type { Log } from '../shared/log.ts'
import { type Gauges, type Metrics, type MetricsPage, noMetrics } from '../shared/metrics.ts'

export interface Measuring {
  readonly metrics: Metrics
  /** Undefined where metrics are off. */
  readonly page: ((gauges: Gauges) => Promise<MetricsPage>) | undefined
}

/** How long the library may wait to be loaded: the start and the first requests do not pay for it. */
const loadAfterMs = 1_000
/** What is told before that waits here; beyond so many it is dropped. */
const mostEarly = 10_000

/** `log` is told where the library cannot be loaded: what happens until it can is counted up to a bound. */
export function openMetrics({ metrics }: Pick<Config, 'metrics'>, log: Log, load = loadPrometheus): Measuring {
  if (metrics === undefined) return { metrics: noMetrics, page: undefined }
  return measureWhenLoaded(load, log)
}

async function loadPrometheus(): Promise<Loaded> {
  const { createPrometheus } = await import('../adapters/metrics/prometheus.ts')
  return createPrometheus()
}

type Loaded = Metrics & { page(gauges: Gauges): Promise<MetricsPage> }

function measureWhenLoaded(load: () => Promise<Loaded>, log: Log): Measuring {
  let loaded: Loaded | undefined
  const early: ((to: Metrics) => void)[] = []
  const get = atFirstUse(async () => {
    const ready = await load()
    for (const tell of early.splice(0)) tell(ready)
    loaded = ready
    return ready
  })
  const failed = (err: unknown) => log.error({ err }, 'metrics cannot be loaded')
  const timer = setTimeout(() => get().catch(failed), loadAfterMs)
  timer.unref?.()
  const tell = (what: (to: Metrics) => void) => {
    if (loaded !== undefined) what(loaded)
    else if (early.length < mostEarly) early.push(what)
  }
  return {
    metrics: {
      answered: (...given) => tell((to) => to.answered(...given)),
      tokenValidated: (...given) => tell((to) => to.tokenValidated(...given)),
      keyLookedUp: (...given) => tell((to) => to.keyLookedUp(...given)),
      flowStep: (...given) => tell((to) => to.flowStep(...given)),
      limited: (...given) => tell((to) => to.limited(...given)),
      toolCalled: (...given) => tell((to) => to.toolCalled(...given)),
      searched: (...given) => tell((to) => to.searched(...given)),
      embeddingFailed: (...given) => tell((to) => to.embeddingFailed(...given)),
    },
    page: async (gauges) => (await get()).page(gauges),
  }
}
