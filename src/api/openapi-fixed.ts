import { problemResponse } from './openapi-problems.ts'
import type { Audience, JsonSchema } from './openapi-schema.ts'

/** The addresses that are no operation of the memory. */
export const fixedPaths = (audience: Audience): Record<string, Record<string, unknown>> => ({
  '/health': { get: health },
  ...(audience === 'complete' ? { '/api/v1/me': { get: me }, '/api/v1/events': { get: events } } : {}),
})

const healthAnswer = (description: string): JsonSchema => ({
  description,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['status', 'version', 'engines'],
        properties: {
          status: { type: 'string', enum: ['ok', 'unavailable'] },
          version: { type: 'string' },
          roles: { type: 'array', items: { type: 'string' } },
          engines: {
            type: 'array',
            items: {
              type: 'object',
              required: ['engine', 'state', 'needed'],
              properties: {
                engine: { type: 'string' },
                state: { type: 'string', enum: ['up', 'down'] },
                needed: { type: 'boolean', description: 'Whether requests fail without it.' },
                detail: { type: 'string' },
              },
            },
          },
        },
      },
    },
  },
})

const health: JsonSchema = {
  operationId: 'healthCheck',
  summary: 'Whether the service and its engines work.',
  description: 'Needs no token.',
  tags: ['health'],
  'x-openai-isConsequential': false,
  security: [],
  parameters: [],
  responses: { 200: healthAnswer('Every engine that is needed is up.'), 503: healthAnswer('An engine is down.') },
}

const me: JsonSchema = {
  operationId: 'getMe',
  summary: 'Whom the token stands for.',
  description: 'The person, the app that uses the token, its scopes and when it expires.',
  tags: ['me'],
  'x-openai-isConsequential': false,
  security: [{ oauth2: [] }, { openIdConnect: [] }],
  parameters: [],
  responses: {
    200: {
      description: 'The caller.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['id', 'client_id', 'scopes', 'expires_at'],
            properties: {
              id: { type: 'string' },
              client_id: { type: 'string' },
              scopes: { type: 'array', items: { type: 'string' } },
              expires_at: { type: 'string', format: 'date-time' },
            },
          },
        },
      },
    },
    401: problemResponse('invalid_token'),
    429: problemResponse('rate_limited'),
    503: problemResponse('unavailable'),
  },
}

const events: JsonSchema = {
  operationId: 'streamChanges',
  summary: 'What happens to your memories, as it happens.',
  description: 'Server-sent events: what happened (created, updated, deleted, ...) to which memory, without its text.',
  tags: ['events'],
  'x-openai-isConsequential': false,
  security: [{ oauth2: ['memories:read'] }, { openIdConnect: ['memories:read'] }],
  parameters: [
    {
      name: 'Last-Event-ID',
      in: 'header',
      required: false,
      description: 'The id of the last event seen: goes on behind it. Without it, from now on.',
      schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
    },
  ],
  responses: {
    200: { description: 'A stream that stays open.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    401: problemResponse('invalid_token'),
    403: problemResponse('forbidden'),
    422: problemResponse('invalid'),
    429: problemResponse('rate_limited'),
    503: problemResponse('unavailable'),
  },
}
