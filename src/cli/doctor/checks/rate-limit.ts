import type { Answer } from '../ask.ts'
import { type Check, fail, pass, warn } from '../check.ts'
import { noToken } from './token.ts'

const mostRequests = 400
const atOnce = 20

/** Last of all, since it uses up the token's allowance. */
export const rateLimit: Check = {
  name: 'rate limit',
  async run(patient) {
    const { api, token, ask } = patient
    if (token === undefined) return noToken(patient)
    const me = () => ask(`${api}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
    for (let sent = 0; sent < mostRequests; sent += atOnce) {
      const answers = await Promise.all(Array.from({ length: atOnce }, me))
      const refused = answers.find(({ status }) => status === 429)
      if (refused !== undefined) return judge(refused, sent + atOnce)
      const broken = answers.find(({ status }) => status === 0 || status >= 500)
      if (broken !== undefined) {
        return fail(
          `${broken.problem ?? broken.status} under ${atOnce} requests at once`,
          'See the log of openmemory-mcp.',
        )
      }
    }
    return fail(
      `${mostRequests} requests were all served`,
      "Set RATE_LIMIT_PER_MINUTE (100) and RATE_LIMIT_BURST (50), and Traefik's oidc-ratelimit.",
    )
  },
}

const judge = (refused: Answer, sent: number) =>
  refused.headers.has('retry-after')
    ? pass(`429 with Retry-After within ${sent} requests`)
    : warn(
        `429 without Retry-After within ${sent} requests`,
        'Another limit answers first (Traefik, Cloudflare): see that it is meant so.',
      )
