import { type Check, fail, pass } from '../check.ts'

const allowed = 'https://chatgpt.com'
const stranger = 'https://stranger.example'

export const cors: Check = {
  name: 'CORS',
  async run({ api, ask }) {
    for (const path of ['/mcp', '/api/v1/memories/']) {
      const preflight = async (origin: string) => {
        const answer = await ask(api + path, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization,content-type',
          },
        })
        return answer.headers.get('access-control-allow-origin')
      }
      const [ours, theirs] = await Promise.all([preflight(allowed), preflight(stranger)])
      if (theirs === '*' || theirs === stranger) {
        return fail(
          `${path} lets ${stranger} in`,
          'Set ALLOWED_ORIGINS to those that need it, and let the proxy add no CORS headers.',
        )
      }
      if (ours !== allowed) {
        return fail(
          `${path} does not let ${allowed} in (Access-Control-Allow-Origin: ${ours ?? 'missing'})`,
          `Add ${allowed} to ALLOWED_ORIGINS on openmemory-mcp, and let the proxy pass OPTIONS on.`,
        )
      }
    }
    return pass(`${allowed} may call, others not`)
  },
}
