/**
 * Revision 2026-07-28: each request says of itself, in the envelope `params._meta`, which revision it is of and what its client can
 * do, and repeats in headers what a proxy may route by. Called by streamable-http; what methods do is in methods.
 */
import { isJsonObject } from '../shared/json-object.ts'
import type { Log } from '../shared/log.ts'
import { type Answer, accepted, answered, refused } from './answers.ts'
import type { Call } from './call.ts'
import type { McpSettings } from './dependencies.ts'
import { envelopeRefusal, modernRevision } from './envelope.ts'
import { capabilities, serverIdentity } from './features.ts'
import { instructions } from './instructions.ts'
import { type RpcNotification, type RpcRequest, rpcCodes } from './json-rpc.ts'
import { lists, type Methods, outcomeOf, type Result } from './methods.ts'

/** Answers one message of 2026-07-28. */
export function createModern(settings: McpSettings, methods: Methods, log: Log) {
  const discovered = { supportedVersions: [modernRevision], capabilities, instructions }
  const all: Methods = new Map([...methods, ['server/discover', { caching: lists, answer: () => discovered }]])
  const identity = { 'io.modelcontextprotocol/serverInfo': serverIdentity(settings) }
  const withIdentity = ({ _meta: meta }: Result) => (isJsonObject(meta) ? { ...meta, ...identity } : identity)

  return async (message: RpcRequest | RpcNotification, headers: Headers, call: Call): Promise<Answer> => {
    const refusal = envelopeRefusal(message, headers)
    if (refusal !== undefined) return refusal
    if (message.kind === 'notification') return accepted
    const { id } = message
    const method = all.get(message.method)
    if (method === undefined) return refused(404, { code: rpcCodes.methodNotFound, message: 'Method not found' }, id)
    const outcome = await outcomeOf(method, message, call, log)
    if ('error' in outcome) {
      const { error } = outcome
      const code = error.code === rpcCodes.resourceNotFound ? rpcCodes.invalidParams : error.code
      return refused(200, { ...error, code }, id)
    }
    const { result } = outcome
    return answered(id, { resultType: 'complete', ...method.caching, ...result, _meta: withIdentity(result) })
  }
}
