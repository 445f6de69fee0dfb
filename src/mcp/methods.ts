/**
 * Every MCP request this server answers in each era, as one table: what it takes, what it gives, how long that may be kept. Both
 * eras and the streams are served from here, so they cannot drift apart.
 */
import { type Static, type TSchema, Type as t } from '@sinclair/typebox'
import { BearerChallenge } from '../resource/errors.ts'
import { checkInput } from '../shared/check-schema.ts'
import { Fault } from '../shared/fault.ts'
import type { Log } from '../shared/log.ts'
import { logOutage } from '../shared/log-outage.ts'
import type { Call } from './call.ts'
import type { Features } from './features.ts'
import { type Params, type RpcError, type RpcRequest, rpcCodes } from './json-rpc.ts'

export type Result = Record<string, unknown>

/** MCP 2026-07-28, Caching: milliseconds, and who may keep it. */
export interface Caching {
  readonly ttlMs: number
  readonly cacheScope: 'private'
}

export interface Method {
  readonly caching?: Caching
  /** Throws `RequestError`, and `Fault` for what the caller did wrong or an engine that is away. */
  answer(params: Params, call: Call): Promise<Result> | Result
}

export type Methods = ReadonlyMap<string, Method>

/** A JSON-RPC error on its way out. `code` is MCP's, of 2025-11-25 where the eras differ. */
class RequestError extends Error {
  readonly code: number
  readonly data: Record<string, unknown> | undefined
  constructor(code: number, message: string, data?: Record<string, unknown>) {
    super(message)
    this.name = 'RequestError'
    this.code = code
    this.data = data
  }
}

/** A method whose parameters are checked: a wrong one is JSON-RPC's invalid params, with the field by name. */
export const method = <S extends TSchema>(
  name: string,
  schema: S,
  answer: (params: Static<S>, call: Call) => Promise<Result> | Result,
  caching?: Caching,
): [string, Method] => [
  name,
  {
    ...(caching === undefined ? {} : { caching }),
    answer: (given, call) => answer(checked(name, schema, given), call),
  },
]

function checked<S extends TSchema>(name: string, schema: S, given: Params): Static<S> {
  try {
    return checkInput(schema, given)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new RequestError(rpcCodes.invalidParams, `Invalid params for ${name}: ${error.message}`)
  }
}

const Page = t.Object({ cursor: t.Optional(t.String()) })
const ToolCall = t.Object({ name: t.String(), arguments: t.Optional(t.Record(t.String(), t.Unknown())) })
const PromptCall = t.Object({ name: t.String(), arguments: t.Optional(t.Record(t.String(), t.String())) })

/** What is the same for all may be kept by the client for long, what is a person's for a moment; both only by that client. */
export const lists: Caching = { ttlMs: 300_000, cacheScope: 'private' }
const memories: Caching = { ttlMs: 5_000, cacheScope: 'private' }

/** What both eras have. */
export const createMethods = ({ tools, resources, prompts }: Features): Methods =>
  new Map([
    method('tools/list', Page, ({ cursor }) => tools.list(cursor), lists),
    method('tools/call', ToolCall, ({ name, arguments: input }, call) => {
      const result = tools.call(call, name, input)
      if (result === undefined) throw new RequestError(rpcCodes.invalidParams, `Unknown tool: ${name}`)
      return result
    }),
    method('resources/list', Page, ({ cursor }) => resources.list(cursor), lists),
    method('resources/templates/list', Page, ({ cursor }) => resources.templates(cursor), lists),
    method(
      'resources/read',
      t.Object({ uri: t.String() }),
      async ({ uri }, call) => {
        try {
          return { contents: [await resources.read(call, uri)] }
        } catch (error) {
          if (!(error instanceof Fault) || error.kind !== 'not_found') throw error
          throw new RequestError(rpcCodes.resourceNotFound, 'There is no such resource.', { uri })
        }
      },
      memories,
    ),
    method('prompts/list', Page, ({ cursor }) => prompts.list(cursor), lists),
    method('prompts/get', PromptCall, ({ name, arguments: given = {} }) => prompts.get(name, given)),
  ])

export type Outcome = { readonly result: Result } | { readonly error: RpcError }

/**
 * Runs `method`, which is the one that was asked for. Throws `BearerChallenge` alone; what was not expected is logged, as is why an
 * engine is away, and shows nothing of what is inside.
 */
export async function outcomeOf(
  method: Method,
  request: Pick<RpcRequest, 'method' | 'params'>,
  call: Call,
  log: Log,
): Promise<Outcome> {
  const logged = { requestId: call.requestId, rpcMethod: request.method }
  try {
    return { result: await method.answer(request.params, call) }
  } catch (error) {
    if (error instanceof RequestError) return { error: told(error.code, error.message, error.data) }
    if (error instanceof Fault) {
      logOutage(log, error, logged)
      return { error: faultError(error) }
    }
    if (error instanceof BearerChallenge) throw error
    log.error({ ...logged, err: error }, 'mcp request failed')
    return { error: told(rpcCodes.internal, `Something went wrong here (request ${call.requestId}).`) }
  }
}

/** A fault of the caller's is invalid params; one of ours (an engine is away) is an internal error that says to try again. */
const faultError = ({ kind, code, field, message, retryAfterSeconds }: Fault): RpcError =>
  told(kind === 'unavailable' || kind === 'rate_limited' ? rpcCodes.internal : rpcCodes.invalidParams, message, {
    code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })

const told = (code: number, message: string, data?: Record<string, unknown>): RpcError => ({
  code,
  message,
  ...(data === undefined ? {} : { data }),
})
