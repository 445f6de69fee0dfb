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

const patienceMs = 2_000

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

/** A check that hangs or throws is an engine that is down. */
async function checkWithin(check: HealthCheck): Promise<EngineHealth> {
  const down = (detail: string): EngineHealth => ({
    engine: check.name || 'engine',
    state: 'down',
    needed: true,
    detail,
  })
  try {
    const found = await within(patienceMs, check())
    return found === late ? down('no answer') : found
  } catch {
    return down('failed')
  }
}
