/** The ways in which a deployment is broken for the doctor: what the proxy in front does, and which line is expected. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Patient } from '../../src/cli/doctor/check.ts'
import { type Bend, withHeaders, withJson } from './bent-proxy.ts'
import { rsaKey } from './rsa-keys.ts'

const html = (body = '<!doctype html><title>Sign in</title>') =>
  new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8' } })
const json = (change: (body: Record<string, unknown>) => Record<string, unknown>, at: string): Bend => ({
  change: (response, path) => (path.startsWith(at) ? withJson(response, change) : response),
})
const published = (key: KeyObject) => ({ ...key.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' })
const shortKey = () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
const { publicKey } = await rsaKey('issuer')
const discovery = '/.well-known/openid-configuration'

/** How it is broken, which check says so, and a word that the line must have. */
export const broken: readonly [string, string, Bend, string, Partial<Patient>?][] = [
  [
    'discovery is 404',
    'discovery',
    { instead: (_, path) => (path === discovery ? new Response('', { status: 404 }) : undefined) },
    '404',
  ],
  [
    'the issuer has a slash at the end',
    'discovery',
    json((body) => ({ ...body, issuer: `${body.issuer}/` }), discovery),
    'OIDC_BASE_URL',
  ],
  [
    'an endpoint is elsewhere',
    'discovery',
    json((body) => ({ ...body, token_endpoint: 'http://inside:8766/auth/token' }), discovery),
    'token_endpoint',
  ],
  ['the key set is empty', 'JWKS', json(() => ({ keys: [] }), '/auth/jwks'), 'RSA'],
  ['the key has 1024 bits', 'JWKS', json(() => ({ keys: [published(shortKey())] }), '/auth/jwks'), '1024'],
  [
    'nothing listens there',
    'connection',
    {},
    'docker compose ps',
    { issuer: 'http://127.0.0.1:1', api: 'http://127.0.0.1:1' },
  ],
  [
    'a private key is published',
    'JWKS',
    json(() => ({ keys: [{ ...published(publicKey), d: 'AQAB' }] }), '/auth/jwks'),
    'private',
  ],
  [
    'the resource names another issuer',
    'metadata',
    json(
      (body) => ({ ...body, authorization_servers: ['https://other.example'] }),
      '/.well-known/oauth-protected-resource',
    ),
    'OIDC_BASE_URL',
  ],
  [
    'the resource has another address',
    'metadata',
    json((body) => ({ ...body, resource: 'http://inside:8765/mcp' }), '/.well-known/oauth-protected-resource'),
    'API_BASE_URL',
  ],
  [
    'the issuer does not know the resource',
    'metadata',
    json((body) => ({ ...body, protected_resources: [] }), discovery),
    'oidc-auth-server',
  ],
  [
    'the proxy drops WWW-Authenticate',
    '401 challenge',
    { change: (response) => withHeaders(response, { 'www-authenticate': undefined }) },
    'WWW-Authenticate',
  ],
  [
    'nobody is asked for a token',
    '401 challenge',
    { instead: (_, path) => (path === '/api/v1/me' ? Response.json({}) : undefined) },
    'AUTH=none',
  ],
  [
    'the issuer is not there',
    '401 challenge',
    { instead: () => Response.json({ detail: 'Start the sign-in server.' }, { status: 503 }) },
    '503',
  ],
  [
    'a good token is refused',
    'token validation',
    { instead: (_, path) => (path === '/api/v1/me' ? new Response('', { status: 401 }) : undefined) },
    'JWKS_URL',
  ],
  [
    'a forged token is accepted',
    'token validation',
    { instead: (_, path) => (path === '/api/v1/me' ? Response.json({}) : undefined) },
    'forged',
  ],
  [
    'the OpenAPI document is 404',
    'OpenAPI',
    { instead: (_, path) => (path === '/openapi.json' ? new Response('', { status: 404 }) : undefined) },
    '404',
  ],
  [
    'the OpenAPI document points elsewhere',
    'OpenAPI',
    json(
      (body) => ({
        ...body,
        components: { securitySchemes: { openIdConnect: { openIdConnectUrl: 'https://other.example/x' } } },
      }),
      '/openapi.json',
    ),
    'OIDC_BASE_URL',
  ],
  [
    'its server is another',
    'OpenAPI',
    json((body) => ({ ...body, servers: [{ url: 'http://inside:8765' }] }), '/openapi.json'),
    'API_BASE_URL',
  ],
  [
    'POST /mcp does not arrive',
    'MCP',
    {
      instead: (request, path) =>
        path === '/mcp' && request.method === 'POST' ? new Response('', { status: 405 }) : undefined,
    },
    '405',
  ],
  [
    'the newest MCP does not arrive',
    'MCP',
    {
      instead: (request, path) =>
        path === '/mcp' && request.headers.get('mcp-protocol-version') === '2026-07-28'
          ? new Response('', { status: 400 })
          : undefined,
    },
    '2026-07-28, tools/list: 400',
  ],
  [
    'an older MCP does not arrive',
    'MCP',
    {
      instead: (request, path) =>
        path === '/mcp' && !request.headers.has('mcp-protocol-version') ? new Response('', { status: 400 }) : undefined,
    },
    '2025-11-25, initialize: 400',
  ],
  [
    'the stream is an HTML page',
    'SSE stream',
    { instead: (_, path) => (path === '/mcp/sse' ? html() : undefined) },
    'text/html',
  ],
  [
    'the stream is rewritten',
    'SSE stream',
    {
      instead: (_, path) =>
        path === '/mcp/sse'
          ? new Response('data: hello\n\n', { headers: { 'content-type': 'text/event-stream' } })
          : undefined,
    },
    'rewrites',
  ],
  [
    'any origin may call',
    'CORS',
    { change: (response) => withHeaders(response, { 'access-control-allow-origin': '*' }) },
    'ALLOWED_ORIGINS',
  ],
  [
    'ChatGPT may not call',
    'CORS',
    { change: (response) => withHeaders(response, { 'access-control-allow-origin': undefined }) },
    'https://chatgpt.com',
  ],
  [
    'a limit without Retry-After',
    'rate limit',
    { instead: (_, path) => (path === '/api/v1/me' ? new Response('', { status: 429 }) : undefined) },
    'Retry-After',
  ],
  [
    'no limit at all',
    'rate limit',
    { instead: (_, path) => (path === '/api/v1/me' ? Response.json({}) : undefined) },
    'RATE_LIMIT_PER_MINUTE',
  ],
  [
    'an engine is down',
    'health',
    {
      instead: (_, path) =>
        path === '/health'
          ? Response.json(
              {
                status: 'unavailable',
                engines: [{ engine: 'redis', state: 'down', needed: true, detail: 'no answer' }],
              },
              { status: 503 },
            )
          : undefined,
    },
    'redis is down',
  ],
  [
    'an engine that is not needed is down',
    'health',
    {
      instead: (_, path) =>
        path === '/health'
          ? Response.json({ status: 'ok', engines: [{ engine: 'neo4j', state: 'down', needed: false }] })
          : undefined,
    },
    'neo4j is down',
  ],
  [
    'the disk is full',
    'health',
    {
      instead: (_, path) =>
        path === '/health'
          ? Response.json({
              status: 'ok',
              engines: [
                {
                  engine: 'sqlite',
                  state: 'up',
                  needed: true,
                  detail: 'The disk of DATA_DIR is full.',
                  code: 'disk_full',
                },
              ],
            })
          : undefined,
    },
    'sqlite (The disk of DATA_DIR is full.)',
  ],
  [
    'Cloudflare Access redirects',
    'Access bypass',
    {
      instead: (_, path) =>
        path === '/mcp'
          ? new Response(null, {
              status: 302,
              headers: { location: 'https://team.cloudflareaccess.com/cdn-cgi/access/login/mcp.example.com' },
            })
          : undefined,
    },
    'Cloudflare Access',
  ],
  [
    'Cloudflare Access shows its page',
    'Access bypass',
    {
      instead: (_, path) =>
        path === '/openapi.json' ? html('<title>Sign in ・ Cloudflare Access</title>') : undefined,
    },
    'bypass policy',
  ],
  [
    'another login page stands before it',
    'Access bypass',
    { instead: (_, path) => (path === '/health' ? html() : undefined) },
    'HTML page',
  ],
  [
    'the clock is ten minutes off',
    'clock',
    { change: (response) => withHeaders(response, { date: new Date(Date.now() - 600_000).toUTCString() }) },
    'NTP',
  ],
  [
    'request ids are dropped',
    'proxy',
    { change: (response) => withHeaders(response, { 'x-request-id': undefined }) },
    'X-Request-Id',
  ],
  [
    'metrics are public',
    'proxy',
    { instead: (_, path) => (path === '/metrics' ? new Response('souvenir_engine_up 1') : undefined) },
    'METRICS',
  ],
  [
    'callers behind a proxy look like one',
    'proxy',
    { change: (response) => withHeaders(response, { via: '1.1 traefik' }) },
    'TRUSTED_PROXIES',
    { variables: { problems: [], trustsProxies: false } },
  ],
  [
    'no DNS record',
    'DNS',
    {},
    'CNAME',
    { issuer: 'https://oidc.nowhere.invalid', api: 'https://oidc.nowhere.invalid' },
  ],
  ['http in public', 'TLS', {}, 'https', { issuer: 'http://oidc.example.com', api: 'http://oidc.example.com' }],
  ['TLS ends nowhere', 'TLS', {}, 'certificate', { issuer: 'https://127.0.0.1:1', api: 'https://127.0.0.1:1' }],
  [
    "Google's client id is no client id",
    'Google',
    {},
    'apps.googleusercontent.com',
    { variables: { problems: [], google: { clientId: 'me@example.com', issuer: 'https://accounts.google.com' } } },
  ],
  [
    'the identity provider does not answer',
    'Google',
    {},
    'GOOGLE_ISSUER',
    { variables: { problems: [], google: { clientId: 'x', issuer: 'http://127.0.0.1:1' } } },
  ],
  [
    'Google is not configured at a public address',
    'Google',
    {},
    'GOOGLE_CLIENT_ID',
    { issuer: 'https://oidc.example.com' },
  ],
  [
    'a variable is wrong',
    'variables',
    {},
    'GOOGLE_CLIENT_SECRET',
    { variables: { problems: ['GOOGLE_CLIENT_SECRET is missing'] } },
  ],
  [
    'the server is run elsewhere, or from a folder of its own',
    'variables',
    {},
    'with its variables (DATA_DIR, PORT, OIDC_BASE_URL)',
    { variables: undefined },
  ],
  [
    'the variables are of another address',
    'variables',
    {},
    'OIDC_BASE_URL',
    { variables: { problems: [], issuer: 'https://other.example' } },
  ],
]
