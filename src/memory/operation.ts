import type { Static, TSchema } from '@sinclair/typebox'
import type { ClientId, OwnerId } from '../shared/brand.ts'
import type { ResourceScope } from '../shared/memory-scopes.ts'

/** On whose behalf, and through which app, an operation runs: always from the verified token, never from input. */
export interface Caller {
  readonly ownerId: OwnerId
  readonly appId: ClientId
  readonly scopes: ReadonlySet<string>
  /** When the request was received, Unix milliseconds: relative dates in questions are read against it. */
  readonly nowMs: number
  /**
   * The request's `Idempotency-Key`. A write that carries one runs once: for 24 hours the same app's same key gives the first
   * result again, and the same key with another input is `Fault('conflict')`. Reads ignore it.
   */
  readonly idempotencyKey?: string
  /** Under which the log knows the request. */
  readonly requestId?: string
  /** Throws when the caller's authorization does not stand any more: asked when an operation's turn comes, which may be late. */
  assertStanding?(): void
}

/** read: changes nothing. write: adds or changes, and can be undone. destroy: cannot be undone. */
type Effect = 'read' | 'write' | 'destroy'

/** A request's parts after validation against a binding's schemas. */
export interface Wire {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
  /** `If-Match` as it was sent (RFC 9110 section 13.1.1). */
  readonly ifMatch?: string
  /** A model reads the answer: ChatGPT's Actions asked, which take 100,000 characters. */
  readonly forModel?: boolean
  /** The file, where the binding has `upload`. */
  readonly upload?: ReadableStream<Uint8Array>
}

/** A binding that takes a file: as the body itself, or as a part of `multipart/form-data` (its other parts are in `wire.body`). */
export interface Upload {
  /** The part's name in a form: `file`. */
  readonly field: string
  /** Of the file itself: `application/zip`. */
  readonly contentType: string
  readonly maxBytes: number
}

/** A binding that answers with a file: its `toBody` gives a `ReadableStream<Uint8Array>`, to be sent as it comes. */
interface Download {
  readonly contentType: string
  /** For `Content-Disposition: attachment`. */
  readonly fileName: string
}

/**
 * How the operation looks over HTTP: data only, no HTTP here. `params`, `query` and `body` are the wire's shapes (snake_case where
 * OpenMemory had it); `toInput` maps them to the operation's input and `toBody` its output to the wire.
 */
export interface RestBinding<I, O> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below `/api/v1`, with `{id}` for parameters: `/memories/{id}`. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly status: 200 | 201 | 204
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  readonly response: TSchema
  readonly upload?: Upload
  readonly download?: Download
  /**
   * `params`, `query` and `body` have been checked against the schemas above; query values have their schema's types.
   * @throws Fault `forbidden` when the wire names another person than the caller, `invalid` for what a schema cannot say
   */
  toInput(wire: Wire, caller: Caller): I
  toBody(output: O, caller: Caller): unknown
  /** The answer's `ETag`, quotes included, where it has one. */
  etag?(output: O): string | undefined
  /** Listed for GPT Actions in `/openapi.json`. */
  readonly actions?: boolean
}

/**
 * One thing a person can do with their memory. MCP tools, REST routes and OpenAPI are derived from it.
 * `Services` is what `run` needs: the memory domain's functions over its stores.
 */
export interface Operation<I extends TSchema, O extends TSchema, Services> {
  /** `snake_case`; the MCP tool's name where `tool` is true. */
  readonly name: string
  readonly title: string
  /** For a model and for a person: when to use it and what comes back. */
  readonly description: string
  readonly effect: Effect
  /** Whether doing it twice is doing it once. */
  readonly idempotent: boolean
  readonly scope: ResourceScope
  readonly input: I
  readonly output: O
  /** Whether MCP offers it as a tool. */
  readonly tool: boolean
  /** The REST faces of it; the first is canonical. */
  readonly rest: readonly RestBinding<Static<I>, Static<O>>[]
  /** Where `run` reads a file: throws, before it is read, as `run` would for a caller who may not do this whatever the file is. */
  admit?(services: Services, caller: Caller): Promise<void>
  /** Of one person only one is under way, or waits for its turn, at a time (memory/fair-share). */
  readonly oneAtATime?: true
  /** Does what comes before `run` in the caller's turn, as `run` is done in another (memory/fair-share). */
  inTurn?<T>(caller: Caller, work: () => Promise<T>): Promise<T>
  run(services: Services, caller: Caller, input: Static<I>): Promise<Static<O>>
}

/** An operation with its input and output types forgotten: what lists hold. Its `run` takes what its `input` schema accepts. */
export type AnyOperation<Services> = Operation<TSchema, TSchema, Services>
