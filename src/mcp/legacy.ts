/**
 * The revisions that begin with `initialize`, 2025-11-25 and older, served statelessly: nothing is kept between two requests. Called by
 * streamable-http for a body, and by the HTTP+SSE streams for each message.
 */
import { Type as t } from '@sinclair/typebox'
import type { Log } from '../shared/log.ts'
import { type Answer, accepted, refused } from './answers.ts'
import type { Call } from './call.ts'
import type { McpSettings } from './dependencies.ts'
import { hasEnvelope } from './envelope.ts'
import { capabilities, serverIdentity } from './features.ts'
import { instructions } from './instructions.ts'
import {
  errorAnswer,
  type Message,
  type RpcAnswer,
  type RpcError,
  type RpcRequest,
  readMessage,
  resultAnswer,
  rpcCodes,
} from './json-rpc.ts'
import { type Methods, method, outcomeOf } from './methods.ts'

const [latest, ...older] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'] as const
const revisions: readonly string[] = [latest, ...older]

export interface Legacy {
  /** One request and its response, whatever carries them. */
  request(request: RpcRequest, call: Call): Promise<RpcAnswer>
  /** A body of Streamable HTTP that is one message. */
  single(message: Message, headers: Headers, call: Call): Promise<Answer>
  /** A body of Streamable HTTP that is an array of messages, as in 2025-03-26. */
  batch(batch: readonly unknown[], headers: Headers, call: Call): Promise<Answer>
}

/** JSON-RPC 2.0 section 6 bounds none; each message of a batch runs an operation. */
const largestBatch = 100

/** For how many requests a body counts in its caller's allowance; one that is refused whole for its size counts as one. */
export const requestsIn = (body: unknown): number =>
  Array.isArray(body) && body.length > 0 && body.length <= largestBatch ? body.length : 1

/** Of all answers to one batch: a single one may be of some megabytes, and all are held until the last is there. */
const mostAnswerCharacters = 16 * 1024 * 1024
const notRun: RpcError = {
  code: rpcCodes.internal,
  message: 'Not run: the answers to this batch are too large. Send this request by itself.',
}

const Initialize = t.Object({
  protocolVersion: t.String(),
  capabilities: t.Object({}),
  clientInfo: t.Object({ name: t.String(), version: t.String() }),
})

export function createLegacy(settings: McpSettings, methods: Methods, log: Log): Legacy {
  const serverInfo = serverIdentity(settings)
  const initialize = method('initialize', Initialize, ({ protocolVersion: asked }) => ({
    // MCP 2025-11-25, Lifecycle: another version than asked for where that is not known.
    protocolVersion: revisions.includes(asked) ? asked : latest,
    capabilities,
    serverInfo,
    instructions,
  }))
  const all: Methods = new Map([...methods, initialize, ['ping', { answer: () => ({}) }]])

  const request: Legacy['request'] = async (message, call) => {
    const { id } = message
    const method = all.get(message.method)
    if (method === undefined) {
      return errorAnswer(id, { code: rpcCodes.methodNotFound, message: 'Method not found' })
    }
    const outcome = await outcomeOf(method, message, call, log)
    return 'error' in outcome ? errorAnswer(id, outcome.error) : resultAnswer(id, outcome.result)
  }

  return {
    request,
    async single(message, headers, call) {
      const wrong = message.kind === 'request' && message.method === 'initialize' ? undefined : wrongVersion(headers)
      if (wrong !== undefined) return wrong
      return message.kind === 'request' ? { status: 200, body: await request(message, call) } : accepted
    },
    async batch(batch, headers, call) {
      const messages = readBatch(batch)
      if ('status' in messages) return messages
      const wrong = wrongVersion(headers)
      if (wrong !== undefined) return wrong
      const requests = messages.filter((message) => message.kind === 'request')
      if (requests.length === 0) return accepted
      const answers: RpcAnswer[] = []
      let characters = 0
      // One after the other, so that no more are held than are allowed, and a later one sees what an earlier one did.
      for (const one of requests) {
        const room = characters < mostAnswerCharacters
        const answer = room ? await request(one, call) : errorAnswer(one.id, notRun)
        characters += JSON.stringify(answer).length
        answers.push(answer)
      }
      return { status: 200, body: answers }
    },
  }
}

/** MCP 2025-11-25, Protocol Version Header: a missing one reads as 2025-03-26. */
function wrongVersion(headers: Headers): Answer | undefined {
  const version = headers.get('mcp-protocol-version')
  if (version === null || revisions.includes(version)) return undefined
  return invalid(`Unsupported protocol version: ${version}. Supported are ${revisions.join(', ')}.`, rpcCodes.transport)
}

/** MCP 2025-03-26, Batching. 2026-07-28 has none, and initialize is never part of one. */
function readBatch(batch: readonly unknown[]): readonly Message[] | Answer {
  if (batch.length === 0) return invalid('The batch is empty.')
  if (batch.length > largestBatch) return invalid(`A batch has at most ${largestBatch} messages.`)
  const messages = batch.map(readMessage)
  for (const message of messages) {
    if (message === undefined) return invalid('The batch has something that is not a JSON-RPC message.')
    if (message.kind === 'response') continue
    if (hasEnvelope(message.params)) return invalid('Requests of 2026-07-28 or later come one by one.')
    if (message.method === 'initialize') return invalid('initialize comes alone.')
  }
  return messages.filter((message) => message !== undefined)
}

const invalid = (message: string, code: number = rpcCodes.invalidRequest): Answer =>
  refused(400, { code, message }, null)
