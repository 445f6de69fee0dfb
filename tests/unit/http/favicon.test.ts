import { expect, test } from 'bun:test'
import { faviconRoutes } from '../../../src/http/favicon.ts'

test('a browser that asks for /favicon.ico gets the icon, and keeps it for a day', async () => {
  const response = await faviconRoutes().handle(new Request('http://localhost/favicon.ico'))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('image/svg+xml')
  expect(response.headers.get('cache-control')).toBe('public, max-age=86400')
  expect(await response.text()).toContain('<svg')
})
