/**
 * Operations as MCP tools: one description each, computed once, and one way to run them. Called through methods; knows nothing of
 * transports or of eras.
 */

import type { AnyOperation } from '../memory/operation.ts'
import { BearerChallenge } from '../resource/errors.ts'
import { checkInput, conforms } from '../shared/check-schema.ts'
import { Finding } from '../shared/error-record.ts'
import { Fault } from '../shared/fault.ts'
import { isJsonObject } from '../shared/json-object.ts'
import type { Log } from '../shared/log.ts'
import { logOutage } from '../shared/log-outage.ts'
import type { Call } from './call.ts'
import { page } from './cursor.ts'
import { safeOutput } from './safe-output.ts'
import { toolMeta } from './tool-meta.ts'

type JsonObject = { type: 'object'; [keyword: string]: unknown }

interface Tool {
  name: string
  title: string
  description: string
  inputSchema: JsonObject
  outputSchema?: JsonObject
  annotations: {
    title: string
    readOnlyHint: boolean
    destructiveHint: boolean
    idempotentHint: boolean
    openWorldHint: boolean
  }
  /** ChatGPT reads it here; `_meta` carries a copy for hosts that drop unknown fields. */
  securitySchemes: SecurityScheme[]
  icons: Icon[]
  _meta: Record<string, unknown>
}

export interface Icon {
  src: string
  mimeType: string
  sizes: string[]
}

interface SecurityScheme {
  type: 'oauth2'
  scopes: string[]
}

interface ToolResult {
  content: { type: 'text'; text: string }[]
  structuredContent?: Record<string, unknown>
  isError?: boolean
  _meta?: Record<string, unknown>
  [other: string]: unknown
}

export interface Tools {
  list(cursor: string | undefined): { tools: Tool[]; nextCursor?: string }
  /** Undefined for an unknown name. What goes wrong is a result with `isError`; throws `BearerChallenge` alone, which is HTTP's to say. */
  call(call: Call, name: string, input: unknown): Promise<ToolResult> | undefined
  scopeOf(name: string): string | undefined
}

/** Above the number of tools a model can use well; a list that needs a second page is a mistake elsewhere, but not an error here. */
const toolsPerPage = 50

/** Where a failed call's `{ code, field?, errors?, retryAfterSeconds? }` is in `_meta`. */
const errorMetaKey = 'souvenir/error'

export function createTools<Services>(
  operations: readonly AnyOperation<Services>[],
  services: Services,
  icons: Icon[],
  log: Log,
): Tools {
  const offered = operations.filter(({ tool }) => tool)
  const byName = new Map(offered.map((operation) => [operation.name, operation]))
  let described: readonly Tool[] | undefined
  return {
    list(cursor) {
      described ??= offered.map((operation) => describe(operation, icons))
      const { items, ...next } = page(described, cursor, toolsPerPage)
      return { tools: items, ...next }
    },
    call(call, name, input) {
      const operation = byName.get(name)
      return operation && run(operation, services, log, call, input)
    },
    scopeOf: (name) => byName.get(name)?.scope,
  }
}

/** MCP 2026-07-28, Tools: a failure while running a tool, wrong arguments included, is a result that the model can read. */
async function run<Services>(
  operation: AnyOperation<Services>,
  services: Services,
  log: Log,
  call: Call,
  input: unknown,
): Promise<ToolResult> {
  try {
    const output: unknown = await operation.run(services, call.caller, checkInput(operation.input, input ?? {}))
    const { value, json } = safeOutput(output)
    if (!isJsonObject(value)) return { content: [{ type: 'text', text: json }] }
    if (!conforms(operation.output, value))
      throw new Finding(`${operation.name} returned what its schema does not allow`)
    return { content: [{ type: 'text', text: json }], structuredContent: value }
  } catch (error) {
    if (error instanceof Fault) {
      logOutage(log, error, { requestId: call.requestId, tool: operation.name })
      return faultResult(error)
    }
    if (error instanceof BearerChallenge) throw error
    log.error({ requestId: call.requestId, tool: operation.name, err: error }, 'tool failed')
    return failed(`Something went wrong here (request ${call.requestId}). Trying again may help.`, { code: 'internal' })
  }
}

const faultResult = (fault: Fault): ToolResult =>
  failed(fault.message, {
    code: fault.code,
    ...(fault.field === undefined ? {} : { field: fault.field }),
    ...(fault.errors.length < 2 ? {} : { errors: fault.errors }),
    ...(fault.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: fault.retryAfterSeconds }),
  })

const failed = (text: string, detail: Record<string, unknown>): ToolResult => ({
  content: [{ type: 'text', text }],
  isError: true,
  _meta: { [errorMetaKey]: detail },
})

function describe<Services>(operation: AnyOperation<Services>, icons: Icon[]): Tool {
  const { name, title, description, effect, idempotent, scope } = operation
  const securitySchemes: SecurityScheme[] = [{ type: 'oauth2', scopes: [scope] }]
  const outputSchema = objectSchema(operation.output)
  return {
    name,
    title,
    description,
    inputSchema: objectSchema(operation.input) ?? { type: 'object' },
    ...(outputSchema === undefined ? {} : { outputSchema }),
    annotations: {
      title,
      readOnlyHint: effect === 'read',
      destructiveHint: effect === 'destroy',
      idempotentHint: idempotent,
      // A memory is a closed world: nothing outside of it is asked or changed.
      openWorldHint: false,
    },
    securitySchemes,
    icons,
    _meta: { securitySchemes, ...toolMeta(name) },
  }
}

/** The schema as plain JSON; undefined where its root is not an object, as tools need. */
function objectSchema(schema: object): JsonObject | undefined {
  const plain: unknown = JSON.parse(JSON.stringify(schema))
  return isJsonObject(plain) && plain.type === 'object' ? { ...plain, type: 'object' } : undefined
}
