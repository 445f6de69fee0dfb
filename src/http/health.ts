/** `/health` on every role: 200 with each engine's state; 503 while a needed engine is down. */
import { Elysia } from 'elysia'
import type { EngineHealth, HealthCheck } from '../shared/health.ts'
import { requestContext } from '../shared/request-context.ts'
import { late, within } from '../shared/within.ts'

export interface HealthDependencies {
  readonly healthChecks: readonly HealthCheck[]
  readonly version: string
  readonly roles: readonly string[]
}

/** Beyond what engines are waited for (2 s), so that they say themselves what is wrong; within the patience of `souvenir healthcheck`. */
const patienceMs = 2_500

export function healthRoutes({ healthChecks, version, roles }: HealthDependencies) {
  const answer = async (request: Request) => {
    requestContext(request).route = '/health'
    const engines = await checkEngines(healthChecks)
    const ok = engines.every(({ state, needed }) => state === 'up' || !needed)
    return Response.json(
      { status: ok ? 'ok' : 'unavailable', version, roles, engines },
      { status: ok ? 200 : 503, headers: { 'cache-control': 'no-store', ...(ok ? {} : { 'retry-after': '5' }) } },
    )
  }
  return new Elysia({ name: 'health' })
    .get('/health', ({ request }) => answer(request))
    .head('/health', ({ request }) => answer(request))
    .all('/health', ({ request }) => {
      requestContext(request).route = '/health'
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    })
}

/** Every engine's state, soon: one line each, though several of its files or databases were asked. */
export async function checkEngines(healthChecks: readonly HealthCheck[]): Promise<readonly EngineHealth[]> {
  const engines = new Map<string, EngineHealth>()
  for (const found of await Promise.all(healthChecks.map(checkWithin))) {
    const known = engines.get(found.engine)
    if (known === undefined || severity(found) > severity(known)) engines.set(found.engine, found)
  }
  return [...engines.values()]
}

const severity = ({ state, needed, detail }: EngineHealth) =>
  state === 'up' ? (detail === undefined ? 0 : 1) : needed ? 3 : 2

/** An engine whose check hangs or throws is down. */
async function checkWithin({ engine, needed, check }: HealthCheck): Promise<EngineHealth> {
  const down = (detail: string): EngineHealth => ({ engine, needed, state: 'down', detail })
  try {
    const state = await within(patienceMs, check())
    return state === late ? down('no answer') : { engine, needed, ...state }
  } catch {
    return down('failed')
  }
}
