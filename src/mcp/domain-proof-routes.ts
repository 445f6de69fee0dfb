/** `/.well-known/openai-apps-challenge`: proves to OpenAI that whoever publishes the plugin runs this domain. The bare token, as text. */
import { Elysia } from 'elysia'
import { requestContext } from '../shared/request-context.ts'

const path = '/.well-known/openai-apps-challenge'
const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }

export function domainProofRoutes(token: string) {
  const answer = (request: Request) => {
    requestContext(request).route = path
    return new Response(request.method === 'HEAD' ? null : token, { headers })
  }
  return new Elysia({ name: 'domain-proof', seed: token })
    .get(path, ({ request }) => answer(request))
    .head(path, ({ request }) => answer(request))
}
