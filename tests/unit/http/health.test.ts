import { expect, test } from 'bun:test'
import { healthRoutes } from '../../../src/http/health.ts'
import type { HealthCheck } from '../../../src/shared/health.ts'

const ask = (...healthChecks: HealthCheck[]) =>
  healthRoutes({ healthChecks, version: '1', roles: ['api'] }).handle(new Request('http://localhost/health'))
const engine = (name: string, state: 'up' | 'down', needed: boolean) => async () => ({ engine: name, state, needed })

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
  const thrown = await ask(async () => {
    throw new Error('marker')
  })
  expect(thrown.status).toBe(503)
  expect(thrown.headers.get('retry-after')).toBe('5')
  expect(await thrown.text()).not.toContain('marker')
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
