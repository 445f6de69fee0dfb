/** The role actions: what ChatGPT's Actions may call, with its own OpenAPI document, and nothing else. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { type Dependencies, openDependencies } from '../../src/dependencies.ts'
import { createLog } from '../../src/shared/log.ts'
import { freshFolder } from '../support/server.ts'

let dependencies: Dependencies
let send: (path: string) => Promise<Response>
beforeAll(async () => {
  const config = loadConfig(new Set(['actions']), {
    AUTH: 'none',
    DATA_DIR: freshFolder(),
    LOG_LEVEL: 'silent',
    ACTIONS_BASE_URL: 'http://localhost:8767',
  })
  dependencies = await openDependencies(config, createLog(config.logLevel))
  const app = buildApp(config, dependencies)
  send = (path) => app.serve(new Request(`http://localhost:8767${path}`), { address: '127.0.0.1' })
})
afterAll(() => dependencies.close())

interface Document {
  servers: { url: string }[]
  paths: Record<string, Record<string, { operationId: string }>>
}

test('its OpenAPI document names its own address; every path in it is served, and no more than 30 operations', async () => {
  const document = (await (await send('/openapi.json')).json()) as Document
  expect(document.servers).toEqual([{ url: 'http://localhost:8767' }])
  const operations = Object.values(document.paths).flatMap((path) => Object.keys(path))
  expect(operations.length).toBeWithin(5, 31)
  const readable = Object.entries(document.paths).filter(([path, methods]) => 'get' in methods && !path.includes('{'))
  for (const [path] of readable) expect([path, (await send(path)).status]).toEqual([path, 200])
})

test('what is not for Actions is not there: no export, no MCP', async () => {
  for (const path of ['/api/v1/backup/export', '/api/v1/events', '/mcp']) {
    expect([path, (await send(path)).status]).toEqual([path, 404])
  }
})
