import { cors } from '@elysiajs/cors'
import { Elysia } from 'elysia'

/**
 * CORS for the resources (/mcp, /api/v1): the listed origins only, no credentials, preflight without a token.
 * The plugin's hooks are global to the router they stand in, so the resources have a router of their own (see app.ts).
 */
export const resourceCors = (allowedOrigins: readonly string[]) =>
  new Elysia({ name: 'resource-cors', seed: allowedOrigins }).use(
    cors({
      origin: [...allowedOrigins],
      credentials: false,
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      allowedHeaders: [
        'Authorization',
        'Content-Type',
        'Accept',
        'If-Match',
        'If-None-Match',
        'Idempotency-Key',
        'MCP-Protocol-Version',
        'Mcp-Method',
        'Mcp-Name',
        'Mcp-Session-Id',
        'Last-Event-ID',
      ],
      exposeHeaders: [
        'WWW-Authenticate',
        'Mcp-Session-Id',
        'MCP-Protocol-Version',
        'ETag',
        'Location',
        'Retry-After',
        'RateLimit',
        'RateLimit-Policy',
        'X-Request-Id',
      ],
      maxAge: 600,
    }),
  )
