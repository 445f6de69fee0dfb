import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { operations } from '../../src/memory/operations.ts'
import { type Deployment, deploy, origin } from '../support/deployment.ts'

interface Described {
  operationId: string
  summary: string
  description: string
  parameters: { name: string; in: string; description?: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
  security: Record<string, string[]>[]
  'x-openai-isConsequential': boolean
}
interface Schema {
  type?: string
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  additionalProperties?: boolean | Schema
  $ref?: string
}
interface Document {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Described>>
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, Record<string, unknown>> }
}

let deployment: Deployment
const documents: Record<string, Document> = {}
const paths = ['/openapi.json', '/api/v1/openapi.json']

beforeAll(async () => {
  deployment = await deploy()
  for (const path of paths) documents[path] = (await (await deployment.send(path)).json()) as Document
})
afterAll(() => deployment.close())

const documentAt = (path: string) => documents[path] as Document
const operationsOf = (path: string) => Object.values(documentAt(path).paths).flatMap((item) => Object.values(item))
const operation = (path: string, id: string) =>
  operationsOf(path).find(({ operationId }) => operationId === id) as Described

/** Every schema of a document, those inside of others too. */
function* schemasOf(path: string): Generator<Schema> {
  const pending: Schema[] = [
    ...Object.values(documentAt(path).components.schemas),
    ...operationsOf(path).flatMap(({ parameters, requestBody, responses }) => [
      ...parameters.map(({ schema }) => schema),
      ...[requestBody, ...Object.values(responses)]
        .flatMap((part) => Object.values(part?.content ?? {}))
        .map((part) => part.schema),
    ]),
  ]
  for (let schema = pending.pop(); schema !== undefined; schema = pending.pop()) {
    yield schema
    pending.push(
      ...Object.values(schema.properties ?? {}),
      ...(schema.items ? [schema.items] : []),
      ...(schema.anyOf ?? []),
    )
  }
}

describe.each(paths)('%s', (path) => {
  test('OpenAPI 3.1: the document is valid', async () => {
    expect(documentAt(path).openapi).toStartWith('3.1.')
    const { valid, errors } = await new Validator().validate({ ...documentAt(path) })
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
  })

  test('section 4.8.10: every operationId is its own', () => {
    const ids = operationsOf(path).map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('section 4.8.27: signing in is by our endpoints, OAuth 2 and OpenID Connect', () => {
    const { securitySchemes } = documentAt(path).components
    expect(securitySchemes.openIdConnect).toEqual({
      type: 'openIdConnect',
      openIdConnectUrl: `${origin}/.well-known/openid-configuration`,
    })
    expect(securitySchemes.oauth2).toMatchObject({
      type: 'oauth2',
      flows: {
        authorizationCode: { authorizationUrl: `${origin}/auth/authorize`, tokenUrl: `${origin}/auth/token` },
      },
    })
    expect(operation(path, 'createMemory').security[0]).toEqual({ oauth2: ['memories:write'] })
    expect(operation(path, 'healthCheck').security).toEqual([])
    const needed = operationsOf(path).flatMap(({ security }) => security.flatMap(({ oauth2 = [] }) => oauth2))
    const { flows } = securitySchemes.oauth2 as { flows: { authorizationCode: { scopes: Record<string, string> } } }
    expect(Object.keys(flows.authorizationCode.scopes).toSorted()).toEqual(
      [...new Set(['openid', ...needed])].toSorted(),
    )
  })

  test('each operation that can be called without a person asking is not consequential, each other is', () => {
    for (const [id, consequential] of Object.entries({
      listMemories: false,
      searchMemories: false,
      createMemory: true,
      deleteMemory: true,
    })) {
      expect(operation(path, id)['x-openai-isConsequential']).toBe(consequential)
    }
  })

  test('RFC 9110 section 13.1.2: asked again with its ETag it is 304, plain and compressed', async () => {
    for (const encoding of ['identity', 'gzip']) {
      const etag = (await deployment.send(path, { headers: { 'accept-encoding': encoding } })).headers.get('etag') ?? ''
      const again = await deployment.send(path, { headers: { 'accept-encoding': encoding, 'if-none-match': etag } })
      expect(again.status).toBe(304)
      expect(await again.text()).toBe('')
    }
  })
})

describe('What the importer of ChatGPT Actions takes', () => {
  const path = '/openapi.json'

  test('the operations of the bridge that this replaces', () => {
    const ids = operationsOf(path).map(({ operationId }) => operationId)
    for (const id of [
      'listMemories',
      'createMemory',
      'searchMemories',
      'getMemory',
      'updateMemory',
      'deleteMemory',
      'getMemoryStats',
      'healthCheck',
    ]) {
      expect(ids).toContain(id)
    }
  })

  test('at most 30 operations, on the one server', () => {
    expect(operationsOf(path).length).toBeLessThanOrEqual(30)
    expect(documentAt(path).servers).toEqual([{ url: origin }])
  })

  test('a summary or description has at most 300 characters and ends as a sentence, a parameter 700', () => {
    for (const { operationId, summary, description, parameters } of operationsOf(path)) {
      expect(summary.length).toBeLessThanOrEqual(300)
      expect(description.length).toBeLessThanOrEqual(300)
      expect([operationId, description]).toEqual([operationId, expect.stringMatching(/[.)]$/)])
      for (const parameter of parameters) expect((parameter.description ?? '').length).toBeLessThanOrEqual(700)
    }
  })

  test('no parameter is a header field, and none is the user_id of old scripts', () => {
    const parameters = operationsOf(path).flatMap((described) => described.parameters)
    expect(parameters.filter(({ in: where }) => where === 'header' || where === 'cookie')).toEqual([])
    expect(JSON.stringify(documentAt(path))).not.toContain('user_id')
  })

  test('every object has properties, no items are empty, no choice has null, no $ref has siblings', () => {
    for (const schema of schemasOf(path)) {
      if (schema.type === 'object') expect(schema.properties).toBeDefined()
      if (schema.type === 'array') expect(Object.keys(schema.items ?? {})).not.toBeEmpty()
      expect(schema.anyOf?.some(({ type }) => type === 'null') ?? false).toBe(false)
      if (schema.$ref !== undefined) expect(Object.keys(schema)).toEqual(['$ref'])
    }
  })

  test('under 100,000 characters', () => {
    expect(JSON.stringify(documentAt(path)).length).toBeLessThan(100_000)
  })
})

test('the complete document has every binding of every operation, with its scope', () => {
  const path = '/api/v1/openapi.json'
  for (const { rest, scope } of operations) {
    for (const binding of rest) {
      const described = documentAt(path).paths[`/api/v1${binding.path}`]?.[binding.method]
      expect(described?.operationId).toBe(binding.operationId)
      expect(described?.security).toEqual([{ oauth2: [scope] }, { openIdConnect: [scope] }])
    }
  }
})

test('unknown fields are refused, and the document says so', () => {
  const { schema } = operation('/api/v1/openapi.json', 'createMemory').requestBody?.content['application/json'] ?? {}
  expect(schema?.additionalProperties).toBe(false)
})
