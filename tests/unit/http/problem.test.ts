import { describe, expect, test } from 'bun:test'
import { notFound } from '../../../src/http/not-found.ts'
import { createWaiting } from '../../../src/http/waiting.ts'
import { beginRequestContext } from '../../../src/shared/request-context.ts'

const request = (path: string) => {
  const made = new Request(`http://localhost${path}`)
  beginRequestContext(made, { requestId: 'r-12345678', address: 'local', route: 'unmatched' })
  return made
}

describe('RFC 9457 section 3: what the edge answers is a problem with a stable code and the request id', () => {
  test('where nothing is served', async () => {
    const answer = notFound(request('/nowhere'))
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'Nothing is served at this address.',
      code: 'not_found',
      requestId: 'r-12345678',
    })
  })

  test('RFC 9110 section 15.6.4: while another process is waited for, 503 says what is missing and when to come again', async () => {
    const waiting = createWaiting({ version: '1', roles: ['api'] })
    waiting.tell('Redis does not answer.')
    const answer = await waiting.handle(request('/api/v1/me'))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({
      code: 'unavailable',
      detail: 'Redis does not answer.',
      requestId: 'r-12345678',
    })
    const health = await waiting.handle(request('/health'))
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({ status: 'unavailable', roles: ['api'] })
  })
})
