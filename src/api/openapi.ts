/**
 * The OpenAPI 3.1 documents, written from the operations and nothing else: `complete` for programmers, `actions` for the
 * importer of ChatGPT's Actions (at most 30 operations, short descriptions, no header fields to fill in).
 */
import type { TSchema } from '@sinclair/typebox'
import type { AnyOperation, RestBinding } from '../memory/operation.ts'
import { accountScope } from '../shared/memory-scopes.ts'
import { apiPrefix } from './binding.ts'
import type { ApiSettings } from './dependencies.ts'
import { fixedPaths } from './openapi-fixed.ts'
import { problemResponses, problemSchema } from './openapi-problems.ts'
import { type Audience, inputSchema, type JsonSchema, outputSchema } from './openapi-schema.ts'

type AnyBinding = RestBinding<unknown, unknown>

/** What the importer takes at most: an operation's summary and description, a parameter's description, operations. */
const actionsLimits = { operationCharacters: 300, parameterCharacters: 700, operations: 30 } as const

const about = 'A memory of your own: remember, recall, correct and forget.'

/** For a person who reads the documentation: how its page, and a script, come to a token. */
const aboutTokens = ({ apiBaseUrl, issuer }: ApiSettings) => `${about}

**To try it here**, register this page as an app of yours, then press Authorize and give the \`client_id\` that is printed
(without a secret). You sign in and allow it, as for any app.

    curl -s ${issuer}/auth/register -H 'Content-Type: application/json' \\
      -d '{"client_name":"API documentation","redirect_uris":["${apiBaseUrl}/docs/oauth2-redirect.html"],"token_endpoint_auth_method":"none"}'

**A script of yours** does the same with a redirect URI of its own, such as \`http://localhost:9999/\`, and PKCE (RFC 7636): the
README has it with curl. **A program that acts for nobody** has memories of its own: whoever runs this server adds it as
a client of the kind \`machine\` (the command \`clients add\`), and its id and secret get a token:

    curl -s ${issuer}/auth/token -u "$ID:$SECRET" -d grant_type=client_credentials`

export function openApiDocument<Services>(
  operations: readonly AnyOperation<Services>[],
  settings: ApiSettings,
  audience: Audience,
): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = fixedPaths(audience)
  const all = operations.flatMap(({ rest }) => rest)
  for (const operation of operations) {
    for (const binding of operation.rest) {
      if (audience === 'actions' && binding.actions !== true) continue
      const path = apiPrefix + binding.path
      paths[path] = { ...paths[path], [binding.method]: describe(operation, binding, audience, all) }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'souvenir',
      version: settings.version,
      description: audience === 'complete' ? aboutTokens(settings) : about,
    },
    servers: [{ url: settings.serverUrl ?? settings.apiBaseUrl }],
    paths,
    components: { schemas: { Problem: problemSchema }, securitySchemes: securitySchemes(settings, audience) },
  }
}

function describe<Services>(
  operation: AnyOperation<Services>,
  binding: AnyBinding,
  audience: Audience,
  others: readonly AnyBinding[],
): JsonSchema {
  const { title, description, effect, scope } = operation
  const brief = (text: string) => (audience === 'actions' ? text.slice(0, actionsLimits.operationCharacters) : text)
  return {
    operationId: binding.operationId,
    summary: brief(binding.summary),
    description: brief(description),
    tags: [binding.path.split('/')[1] ?? title],
    'x-openai-isConsequential': effect !== 'read',
    security: [{ oauth2: [scope] }, { openIdConnect: [scope] }],
    parameters: [
      ...parametersOf(binding.params, 'path', audience),
      ...parametersOf(binding.query, 'query', audience),
      ...(audience === 'complete' ? headersOf(binding, effect !== 'read') : []),
    ],
    ...requestBodyOf(binding, audience),
    responses: {
      [binding.status]: {
        ...successOf(binding, audience),
        ...(audience === 'complete' ? linksOf(binding, others) : {}),
      },
      ...problemResponses(binding),
    },
  }
}

function parametersOf(schema: TSchema | undefined, where: 'path' | 'query', audience: Audience): readonly JsonSchema[] {
  if (schema === undefined) return []
  const { properties, required } = inputSchema(schema, audience) as {
    properties: Record<string, { description?: string; deprecated?: boolean }>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, deprecated, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required?.includes(name) === true,
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecated }),
    schema: rest,
  }))
}

/** The conditional and the idempotency field of writes. */
const headersOf = (binding: AnyBinding, writes: boolean): readonly JsonSchema[] =>
  !writes
    ? []
    : [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'The same key gives the result of the first write again, for 24 hours.',
          schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
        },
        ...(binding.etag !== undefined && binding.method !== 'post'
          ? [
              {
                name: 'If-Match',
                in: 'header',
                required: false,
                description: 'The ETag that was read: the write happens only if nothing changed since.',
                schema: { type: 'string', minLength: 1 },
              },
            ]
          : []),
      ]

function requestBodyOf(binding: AnyBinding, audience: Audience): JsonSchema {
  const { body, upload } = binding
  if (upload !== undefined) {
    const file = { type: 'string', contentMediaType: upload.contentType }
    const parts = body === undefined ? {} : (inputSchema(body, audience).properties as JsonSchema)
    const form = { type: 'object', properties: { [upload.field]: file, ...parts }, required: [upload.field] }
    return {
      requestBody: {
        required: true,
        content: { 'multipart/form-data': { schema: form }, [upload.contentType]: { schema: file } },
      },
    }
  }
  if (body === undefined) return {}
  return {
    requestBody: {
      required: (body.required ?? []).length > 0 || body.type !== 'object',
      content: { 'application/json': { schema: inputSchema(body, audience) } },
    },
  }
}

function successOf({ status, download, response, etag }: AnyBinding, audience: Audience): JsonSchema {
  if (status === 204) return { description: 'Done.' }
  const content =
    download === undefined
      ? { 'application/json': { schema: outputSchema(response, audience) } }
      : { [download.contentType]: { schema: { type: 'string', contentMediaType: download.contentType } } }
  return {
    description: status === 201 ? 'Created.' : 'Done.',
    ...(etag === undefined || audience === 'actions'
      ? {}
      : { headers: { ETag: { description: 'Its version.', schema: { type: 'string' } } } }),
    content,
  }
}

/** What can be done with what a POST made (OpenAPI 3.1 section 4.8.20): the addresses under it that take its id. */
function linksOf(binding: AnyBinding, others: readonly AnyBinding[]): JsonSchema {
  const below = `${binding.path.replace(/\/$/, '')}/{id}`
  const links = others
    .filter(({ path }) => binding.method === 'post' && path.startsWith(below))
    .map(({ operationId }) => [operationId, { operationId, parameters: { id: '$response.body#/id' } }])
  return links.length === 0 ? {} : { links: Object.fromEntries(links) }
}

const securitySchemes = ({ issuer }: ApiSettings, audience: Audience): JsonSchema => ({
  oauth2: {
    type: 'oauth2',
    flows: {
      authorizationCode: {
        authorizationUrl: `${issuer}/auth/authorize`,
        tokenUrl: `${issuer}/auth/token`,
        refreshUrl: `${issuer}/auth/token`,
        scopes: {
          openid: 'Sign in',
          'memories:read': 'Read and search your memories',
          'memories:write': 'Add, change and delete memories',
          ...(audience === 'complete' && {
            [accountScope]: 'Delete the whole account: a client registers for it by name',
          }),
        },
      },
    },
  },
  openIdConnect: { type: 'openIdConnect', openIdConnectUrl: `${issuer}/.well-known/openid-configuration` },
})
