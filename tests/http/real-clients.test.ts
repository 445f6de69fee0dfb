/** Each client as its makers publish it: how it is known, where it is called back, what it asks for, how it redeems. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import type { ClientId } from '../../src/shared/brand.ts'
import {
  type AuthorizationServer,
  clientSecret,
  confidentialWithoutPkce,
  startAuthorizationServer,
  verifier,
} from '../support/authorization-server.ts'
import { backChannel, basic } from '../support/back-channel.ts'
import { published } from '../support/published.ts'

const web = published()
let here: AuthorizationServer
let back: ReturnType<typeof backChannel>
beforeAll(async () => {
  here = await startAuthorizationServer({ outbound: web.outbound })
  back = backChannel(here)
})
afterAll(() => here.close())

const everyScope = 'openid profile email address phone offline_access memories:read memories:write'
const memories = 'memories:read memories:write'

interface RealClient {
  readonly name: string
  /** The address of its metadata document; without one it registers itself. */
  readonly document?: string
  readonly registers: readonly string[]
  readonly calledBackAt: string
  readonly scope?: string
  readonly metadata?: Record<string, unknown>
}

const chatGptKeys = {
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
  token_endpoint_auth_signing_alg: 'RS256',
  jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
}

const cursorUris = [
  'http://localhost:8787/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
  'cursor://anysphere.cursor-mcp/oauth/callback',
] as const

const clients: readonly RealClient[] = [
  {
    name: 'ChatGPT, where iss is on every answer',
    document: 'https://chatgpt.com/oauth/client.json',
    registers: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    calledBackAt: 'https://chatgpt.com/connector_platform_oauth_redirect',
    scope: everyScope,
    metadata: chatGptKeys,
  },
  {
    name: 'ChatGPT, with an address for each connector',
    document: 'https://chatgpt.com/oauth/cb_123/client.json',
    registers: ['https://chatgpt.com/connector/oauth/cb_123'],
    calledBackAt: 'https://chatgpt.com/connector/oauth/cb_123',
    scope: everyScope,
    metadata: chatGptKeys,
  },
  {
    name: 'Codex',
    document: 'https://chatgpt.com/oauth/codex/client.json',
    registers: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    calledBackAt: 'http://127.0.0.1:51234/callback',
    scope: everyScope,
  },
  {
    name: 'claude.ai',
    document: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    registers: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
    calledBackAt: 'https://claude.ai/api/mcp/auth_callback',
    scope: `${memories} offline_access`,
  },
  {
    name: 'claude.ai, at its second address',
    document: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    registers: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
    calledBackAt: 'https://claude.com/api/mcp/auth_callback',
    scope: `${memories} offline_access`,
  },
  {
    name: 'Claude Code',
    document: 'https://claude.ai/oauth/claude-code-client-metadata',
    registers: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    calledBackAt: 'http://localhost:61234/callback',
  },
  {
    name: 'VS Code, in the browser',
    document: 'https://vscode.dev/oauth/client-metadata.json',
    registers: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    calledBackAt: 'https://vscode.dev/redirect',
    scope: memories,
  },
  {
    name: 'VS Code, on the desktop with its port taken',
    document: 'https://vscode.dev/oauth/client-metadata.json',
    registers: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    calledBackAt: 'http://127.0.0.1:40001/',
    scope: memories,
  },
  ...cursorUris.map((calledBackAt) => ({
    name: `Cursor, called back at ${calledBackAt}`,
    registers: cursorUris,
    calledBackAt,
    scope: memories,
  })),
  {
    name: 'Gemini CLI',
    registers: ['http://localhost:7777/oauth/callback'],
    calledBackAt: 'http://localhost:7777/oauth/callback',
    scope: memories,
  },
  {
    name: 'mcp-remote',
    registers: ['http://localhost:3334/oauth/callback'],
    calledBackAt: 'http://localhost:3335/oauth/callback',
  },
]

async function introduce({ name, document, registers, metadata }: RealClient): Promise<{ id: ClientId }> {
  const described = { client_name: name, redirect_uris: registers, token_endpoint_auth_method: 'none', ...metadata }
  if (document !== undefined) {
    web.answer(document, { body: { client_id: document, ...described } })
    return { id: document as ClientId }
  }
  const response = await here.send('/auth/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...described,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }),
  })
  expect(response.status).toBe(201)
  return { id: ((await response.json()) as { client_id: string }).client_id as ClientId }
}

describe('MCP clients: known, allowed, redeemed, refreshed', () => {
  for (const real of clients) {
    test(real.name, async () => {
      const client = await introduce(real)
      const resource = `${here.apiBaseUrl}/mcp`
      const asked = { redirect_uri: real.calledBackAt, scope: real.scope, resource }
      const left = await here.complete(here.browser(), here.authorizationUrl(client, asked))
      expect(left.href).toStartWith(`${real.calledBackAt}?`)
      expect(left.searchParams.get('iss')).toBe(here.issuer)
      expect(left.searchParams.get('state')).toBe('the-state')
      const redeemed = await back.redeem(client, left.searchParams.get('code') ?? '', {
        redirect_uri: real.calledBackAt,
        resource,
      })
      expect(redeemed.status).toBe(200)
      const tokens = (await redeemed.json()) as { access_token: string; refresh_token: string }
      const { aud, scope, client_id } = decodeJwt(tokens.access_token)
      expect({ aud, client_id }).toEqual({ aud: resource, client_id: client.id })
      expect(String(scope).split(' ').sort()).toEqual((real.scope ?? memories).split(' ').sort())
      expect((await back.refresh(client, tokens.refresh_token, { resource })).status).toBe(200)
    })
  }
})

describe('GPT Actions: a secret by POST or by Basic, without PKCE, state echoed', () => {
  const callbacks = ['https://chat.openai.com/aip/g-1/oauth/callback', 'https://chatgpt.com/aip/g-1/oauth/callback']
  for (const [how, bySecret] of [
    ['POST', (id: string) => ({ fields: { client_id: id, client_secret: clientSecret }, headers: {} })],
    ['Basic', (id: string) => ({ fields: { client_id: undefined }, headers: basic(id, clientSecret) })],
  ] as const)
    for (const redirect_uri of callbacks)
      test(`${how}, called back at ${new URL(redirect_uri).host}`, async () => {
        const client = await here.addClient({ ...confidentialWithoutPkce, redirectUris: callbacks })
        const without = { code_challenge: undefined, code_challenge_method: undefined }
        const asked = { redirect_uri, scope: memories, state: 'from-openai', ...without }
        const left = await here.complete(here.browser(), here.authorizationUrl(client, asked))
        expect(left.href).toStartWith(`${redirect_uri}?`)
        expect(left.searchParams.get('state')).toBe('from-openai')
        const { fields, headers } = bySecret(client.id)
        const grant = { grant_type: 'authorization_code', code: left.searchParams.get('code') ?? '', redirect_uri }
        const redeemed = await back.post('/auth/token', { ...grant, ...fields }, headers)
        expect(redeemed.status).toBe(200)
        const tokens = (await redeemed.json()) as { access_token: string; token_type: string; refresh_token: string }
        expect(tokens.token_type).toBe('Bearer')
        expect(new Set([decodeJwt(tokens.access_token).aud].flat())).toEqual(new Set([here.apiBaseUrl, here.issuer]))
        const again = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...fields }
        expect((await back.post('/auth/token', again, headers)).status).toBe(200)
      })

  test('without its secret a stolen code is worth nothing', async () => {
    const client = await here.addClient({ ...confidentialWithoutPkce, redirectUris: callbacks })
    const without = { code_challenge: undefined, code_challenge_method: undefined }
    const asked = { redirect_uri: callbacks[0], scope: memories, ...without }
    const left = await here.complete(here.browser(), here.authorizationUrl(client, asked))
    const code = left.searchParams.get('code') ?? ''
    const stolen = await back.redeem(client, code, { redirect_uri: callbacks[0], code_verifier: verifier })
    expect(stolen.status).toBe(401)
  })
})

test('a client that this server has forgotten gets a page that a person understands', async () => {
  const response = await here.send(here.authorizationUrl({ id: 'forgotten' as ClientId }))
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('Remove the connection in the app and add it again')
})
