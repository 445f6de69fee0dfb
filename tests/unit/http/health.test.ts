import { expect, test } from 'bun:test'
import { checkEngines, healthRoutes } from '../../../src/http/health.ts'
import type { EngineState, HealthCheck } from '../../../src/shared/health.ts'

const ask = (...healthChecks: HealthCheck[]) =>
  healthRoutes({ healthChecks, version: '1', roles: ['api'] }).handle(new Request('http://localhost/health'))
const engine = (name: string, state: 'up' | 'down', needed: boolean): HealthCheck => ({
  engine: name,
  needed,
  check: async () => ({ state }),
})

test('200 with each engine while all that is needed is up', async () => {
  const response = await ask(engine('sqlite', 'up', true), engine('neo4j', 'down', false))
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({
    status: 'ok',
    engines: [{ engine: 'sqlite' }, { engine: 'neo4j', state: 'down' }],
  })
})

test('503 with Retry-After while a needed engine is down, or its check throws', async () => {
  expect((await ask(engine('redis', 'down', true))).status).toBe(503)
  const check = async () => {
    throw new Error('marker')
  }
  const thrown = await ask({ engine: 'redis', needed: true, check })
  expect(thrown.status).toBe(503)
  expect(thrown.headers.get('retry-after')).toBe('5')
  const text = await thrown.text()
  expect(text).not.toContain('marker')
  expect(JSON.parse(text)).toMatchObject({ engines: [{ engine: 'redis', state: 'down', needed: true }] })
})

test('an engine whose check hangs is down under its own name, and one that is not needed keeps nobody from an answer of 200', async () => {
  const hangs = (name: string, needed: boolean): HealthCheck => ({
    engine: name,
    needed,
    check: () => new Promise<EngineState>(() => {}),
  })
  const [needed, degraded] = await Promise.all([
    ask(engine('sqlite', 'up', true), hangs('jwks', true)),
    ask(engine('sqlite', 'up', true), hangs('neo4j', false)),
  ])
  expect(needed.status).toBe(503)
  expect(await needed.json()).toMatchObject({
    engines: [
      { engine: 'sqlite', state: 'up' },
      { engine: 'jwks', state: 'down', needed: true, detail: 'no answer' },
    ],
  })
  expect(degraded.status).toBe(200)
  expect(await degraded.json()).toMatchObject({
    engines: [
      { engine: 'sqlite', state: 'up' },
      { engine: 'neo4j', state: 'down', needed: false },
    ],
  })
})

test('an engine that says a little after 2 s, its own limit, that nothing comes is heard', async () => {
  const check = async (): Promise<EngineState> => {
    await Bun.sleep(2_200)
    return { state: 'down', detail: 'Redis does not answer.' }
  }
  expect(await checkEngines([{ engine: 'redis', needed: true, check }])).toEqual([
    { engine: 'redis', needed: true, state: 'down', detail: 'Redis does not answer.' },
  ])
})

test('an engine asked in several places is named once, and is down when one of them is', async () => {
  const [up, down] = [engine('sqlite', 'up', true), engine('sqlite', 'down', true)]
  const body = async (...checks: HealthCheck[]) => (await ask(...checks)).json()
  expect(await body(up, up)).toMatchObject({ status: 'ok', engines: [{ engine: 'sqlite', state: 'up' }] })
  for (const checks of [
    [up, down],
    [down, up],
  ]) {
    const { status, engines } = (await body(...checks)) as { status: string; engines: object[] }
    expect(status).toBe('unavailable')
    expect(engines).toEqual([{ engine: 'sqlite', state: 'down', needed: true }])
  }
})
