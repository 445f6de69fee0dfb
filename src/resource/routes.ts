/** The metadata by which clients find the authorization server (RFC 9728). Open to every origin: it holds no secret. */
import { Elysia } from 'elysia'
import { requestContext } from '../shared/request-context.ts'
import { metadataDocuments } from './metadata.ts'

const headers = {
  'content-type': 'application/json',
  'cache-control': 'public, max-age=300',
  'access-control-allow-origin': '*',
}

export function resourceRoutes({
  settings,
}: {
  readonly settings: { readonly apiBaseUrl: string; readonly issuer: string }
}) {
  const app = new Elysia({ name: 'resource', seed: settings.apiBaseUrl })
  for (const { path, body } of metadataDocuments(settings)) {
    app.get(path, ({ request }) => {
      requestContext(request).route = path
      return new Response(body, { headers })
    })
  }
  return app
}
