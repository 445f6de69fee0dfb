/** `/metrics`: to whoever has METRICS_TOKEN, or to all on a port of its own (METRICS_PORT), which nothing should publish. */
import { bearerToken } from '../shared/bearer-token.ts'
import { equalSecrets } from '../shared/hash.ts'
import type { MetricsPage } from '../shared/metrics.ts'
import { requestContext } from '../shared/request-context.ts'
import { notFound } from './not-found.ts'
import type { Handle } from './observe.ts'

export const metricsPath = '/metrics'

/** Answers `/metrics` and nothing else. With a token (RFC 6750) it is asked for; without one whoever reaches the port may read. */
export function serveMetrics(page: () => Promise<MetricsPage>, token?: string): Handle {
  return async (request) => {
    if (new URL(request.url).pathname !== metricsPath) return notFound(request)
    requestContext(request).route = metricsPath
    if (request.method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET' } })
    if (token !== undefined) {
      const sent = bearerToken(request) ?? ''
      if (!equalSecrets(sent, token)) {
        return new Response(null, {
          status: 401,
          headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
        })
      }
    }
    const { contentType, body } = await page()
    return new Response(body, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } })
  }
}
