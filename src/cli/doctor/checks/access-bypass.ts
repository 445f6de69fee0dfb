import type { Answer } from '../ask.ts'
import { type Check, fail, pass, warn } from '../check.ts'

/** What clients ask without a browser: a login page in their place breaks them. */
const paths = [
  '/openapi.json',
  '/mcp',
  '/mcp/sse',
  '/api/v1/memories/',
  '/health',
  '/.well-known/oauth-protected-resource',
]

export const accessBypass: Check = {
  name: 'Access bypass',
  async run({ issuer, api, ask }) {
    const addresses = [
      ...paths.map((path) => api + path),
      `${issuer}/.well-known/openid-configuration`,
      `${issuer}/auth/jwks`,
    ]
    const answers = await Promise.all(addresses.map(async (url) => ({ url, answer: await ask(url) })))
    const guarded = answers.filter(({ answer }) => isAccess(answer)).map(({ url }) => url)
    if (guarded.length > 0) {
      return fail(
        `Cloudflare Access asks for a login at ${guarded.join(', ')}`,
        'In Zero Trust, Access, add a bypass policy for /openapi.json, /mcp, /mcp/sse, /api/v1/memories/*, /health and /.well-known/*, and put no Access application on the sign-in host.',
      )
    }
    const pages = answers.filter(({ answer }) => isHtml(answer)).map(({ url }) => url)
    if (pages.length > 0) {
      return fail(
        `an HTML page where JSON belongs: ${pages.join(', ')}`,
        'Something in front answers in our place: a login, a challenge or an error page. Let these paths through.',
      )
    }
    const silent = answers.filter(({ answer }) => answer.status === 0)
    if (silent.length > 0) {
      return warn(`no answer from ${silent.map(({ url }) => url).join(', ')}`, 'See the lines above and below.')
    }
    return pass('no login page stands before what programs ask')
  },
}

const isHtml = ({ headers }: Pick<Answer, 'headers'>) => headers.get('content-type')?.startsWith('text/html') === true

function isAccess({ headers, text, status }: Answer): boolean {
  const location = headers.get('location') ?? ''
  if (status >= 300 && status < 400 && /cloudflareaccess\.com|\/cdn-cgi\/access\//.test(location)) return true
  return isHtml({ headers }) && /cloudflareaccess\.com|\/cdn-cgi\/access\/|Cloudflare Access/i.test(text)
}
