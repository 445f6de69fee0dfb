import { isLoopback } from '../../../shared/loopback.ts'
import { type Check, fail, pass, warn } from '../check.ts'

/** What a proxy in front must leave alone. */
export const edge: Check = {
  name: 'proxy',
  async run({ issuer, api, ask, variables }) {
    const answer = await ask(`${api}/health`)
    const metrics = await ask(`${api}/metrics`)
    if (metrics.status === 200) {
      return fail('/metrics is public', 'Do not route METRICS_PORT; on the public port METRICS_TOKEN guards it.')
    }
    if (!answer.headers.has('x-request-id')) {
      return warn('answers have no X-Request-Id', 'Let the proxy pass it on, so that a report can be found in the log.')
    }
    if (!isLoopback(new URL(issuer).hostname) && !answer.headers.has('strict-transport-security')) {
      return warn('no Strict-Transport-Security', 'Set OIDC_BASE_URL to the https address, or let the proxy add it.')
    }
    const proxied = ['via', 'cf-ray', 'x-served-by'].some((name) => answer.headers.has(name))
    if (proxied && variables?.trustsProxies === false) {
      return warn(
        'a proxy stands in front, and TRUSTED_PROXIES is not set',
        "Set it to the proxy's network: all callers share one allowance otherwise.",
      )
    }
    return pass('answers have request ids, /metrics is not public')
  },
}
