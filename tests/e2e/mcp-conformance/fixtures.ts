/**
 * The MCP surface with the operations, resources and prompts that the conformance suite asks for by name. The code under test is
 * src/mcp as it is; only the lists it is made from are the suite's.
 */
import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { mcpSurface } from '../../../src/mcp/routes.ts'
import type { AnyOperation } from '../../../src/memory/operation.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { startMcp } from '../../support/mcp.ts'

const reading = {
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: true,
  rest: [],
  input: t.Object({}),
  output: t.Object({ text: t.String() }),
} as const

/** What the suite's `json-schema-2020-12` looks for in tools/list: it is never called. */
const schema2020 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // A literal `then` would look like a promise's to linters.
  ...Object.fromEntries([['then', { required: ['phone'] }]]),
  else: { required: ['email'] },
  additionalProperties: false,
}

const operations = [
  {
    ...reading,
    name: 'test_simple_text',
    title: 'Simple text',
    description: 'Returns a text.',
    run: async () => ({ text: 'This is a simple text response for testing.' }),
  },
  {
    ...reading,
    name: 'test_error_handling',
    title: 'Error',
    description: 'Always fails.',
    async run() {
      throw new Fault('conflict', 'This tool intentionally returns an error for testing')
    },
  },
  {
    ...reading,
    name: 'json_schema_2020_12_tool',
    title: 'JSON Schema 2020-12',
    description: 'Has a schema of many keywords.',
    input: t.Unsafe(schema2020),
    run: async () => ({ text: 'ok' }),
  },
  {
    ...reading,
    name: 'read_test',
    title: 'What the resources read',
    description: 'Returns a text and an id.',
    tool: false,
    input: t.Object({ id: t.Optional(t.String()) }),
    output: t.Object({ text: t.String(), id: t.Optional(t.String()) }),
    run: async (_services: unknown, _caller: unknown, { id }: { id?: string }) => ({
      text: 'This is the content of the static text resource.',
      ...(id === undefined ? {} : { id }),
    }),
  },
] as readonly unknown[] as AnyOperation<unknown>[]

const template = /^test:\/\/template\/([^/]+)\/data$/

const resources = [
  {
    operation: 'read_test',
    uri: 'test://static-text',
    name: 'static-text',
    title: 'A text',
    description: 'A text that stays.',
    input: (uri: string) => (uri === 'test://static-text' ? {} : undefined),
  },
  {
    operation: 'read_test',
    uriTemplate: 'test://template/{id}/data',
    name: 'template',
    title: 'A template',
    description: 'An address with an id in it.',
    input(uri: string) {
      const id = template.exec(uri)?.[1]
      return id === undefined ? undefined : { id }
    },
  },
]

const argument = (name: string) => ({ name, title: name, description: 'A word.', required: true })
const prompts = [
  {
    name: 'test_simple_prompt',
    title: 'A prompt',
    description: 'A prompt without arguments.',
    arguments: [],
    text: () => 'This is a simple prompt for testing.',
  },
  {
    name: 'test_prompt_with_arguments',
    title: 'A prompt with arguments',
    description: 'A prompt with two arguments.',
    arguments: [argument('arg1'), argument('arg2')],
    text: ({ arg1, arg2 }: Readonly<Record<string, string>>) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  },
]

/** Its requests carry the token `ada`; `address` is where the suite reaches it. */
export function fixtureSurface(address: string): (request: Request) => Promise<Response> {
  const { verifier, feed, clock, random, log, handover, settings } = startMcp()
  const surface = mcpSurface({
    verifier,
    feed,
    clock,
    random,
    log,
    handover,
    services: undefined,
    operations,
    resources,
    prompts,
    settings: { ...settings, apiBaseUrl: address, issuer: address },
  })
  const app = new Elysia().use(surface.routes)
  return async (request) => app.fetch(request)
}
