import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { uiCallback, uiClientId } from '../../src/shared/ui-client.ts'
import { bearer } from '../support/back-channel.ts'
import { type Deployment, deploy, redirectUri, verifier } from '../support/deployment.ts'
import { pagesScope } from '../support/ui-client.ts'

const uiUrl = 'http://localhost:9000'
let deployment: Deployment
beforeAll(async () => {
  deployment = await deploy({ UI_BASE_URL: uiUrl })
})
afterAll(() => deployment.close())

async function tokenOfPages(): Promise<string> {
  const callback = `${uiUrl}${uiCallback}`
  const { code } = await deployment.authorize(
    { client_id: uiClientId },
    { scope: pagesScope, parameters: { redirect_uri: callback } },
  )
  const response = await deployment.form('/auth/token', {
    grant_type: 'authorization_code',
    code,
    client_id: uiClientId,
    redirect_uri: callback,
    code_verifier: verifier,
  })
  return ((await response.json()) as { access_token: string }).access_token
}

const ended = async (stream: Response): Promise<true> => {
  for await (const _ of stream.body as ReadableStream<Uint8Array>);
  return true
}

describe('taking back what an app was allowed', () => {
  test('ends its requests over REST and MCP and its streams, and leaves our own pages and other apps as they were', async () => {
    const [app, other] = [await deployment.register(), await deployment.register()]
    const [tokens, others, pages] = [await deployment.signIn(app), await deployment.signIn(other), await tokenOfPages()]
    const streams = await Promise.all(
      ['/api/v1/events', '/mcp/sse'].map((path) => deployment.send(path, bearer(tokens.access_token))),
    )
    expect(streams.map(({ status }) => status)).toEqual([200, 200])

    const listed = (await (await deployment.send('/auth/grants', bearer(pages))).json()) as {
      grants: { id: string; client_id: string; destinations: string[] }[]
    }
    const grant = listed.grants.find(({ client_id }) => client_id === app.client_id)
    expect(grant?.destinations).toEqual([`an app on this computer (${new URL(redirectUri).host})`])
    const done = await deployment.send(`/auth/grants/${grant?.id}`, { method: 'DELETE', ...bearer(pages) })
    expect(done.status).toBe(204)

    expect(await Promise.all(streams.map(ended))).toEqual([true, true])
    const me = async (token: string) => (await deployment.send('/api/v1/me', bearer(token))).status
    expect(await me(tokens.access_token)).toBe(401)
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
    const overMcp = await deployment.send('/mcp', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokens.access_token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(ping),
    })
    expect(overMcp.status).toBe(401)
    expect([await me(others.access_token), await me(pages)]).toEqual([200, 200])
  })
})
