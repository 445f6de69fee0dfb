import type { RestBinding } from '../memory/operation.ts'
import type { JsonSchema } from './openapi-schema.ts'
import { type ProblemName, problemTypes } from './problem.ts'

/** RFC 9457 section 3.1, with our extensions. */
export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'Which problem; the address explains it.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong and what to do.' },
    code: { type: 'string', description: 'Stable, for programs.' },
    field: { type: 'string', description: 'The input at fault.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'detail'],
        properties: { field: { type: 'string' }, detail: { type: 'string' } },
      },
    },
    requestId: { type: 'string' },
  },
}

/** The problems every verified request can meet. */
const always: readonly ProblemName[] = [
  'malformed',
  'invalid_token',
  'forbidden',
  'not_found',
  'invalid',
  'rate_limited',
  'unavailable',
]

/** The problems a binding's request can meet, by status. */
export function problemResponses(binding: RestBinding<unknown, unknown>): JsonSchema {
  const takesBody = binding.body !== undefined || binding.upload !== undefined
  const names: readonly ProblemName[] = [
    ...always,
    ...(binding.method === 'get' ? [] : (['conflict', 'too_large'] as const)),
    ...(takesBody ? (['timed_out', 'unsupported_media_type'] as const) : []),
    ...(binding.etag !== undefined && binding.method !== 'get' ? (['precondition_failed'] as const) : []),
  ]
  return {
    ...Object.fromEntries(names.map((name) => [problemTypes[name].status, problemResponse(name)])),
    // Answered by the server before the request is ours.
    431: { description: 'The address or the header fields are too long.' },
  }
}

export function problemResponse(name: ProblemName): JsonSchema {
  return {
    description: `${problemTypes[name].title}.`,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}
