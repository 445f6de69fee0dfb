/** What a request needs of its token beyond being valid, decided before a message is looked at: a refusal is HTTP's, not a tool's. */
import { requireScopes } from '../resource/bearer.ts'
import { BearerChallenge } from '../resource/errors.ts'
import type { Principal } from '../resource/ports.ts'
import { memoryScopes } from '../shared/memory-scopes.ts'
import type { McpSettings } from './dependencies.ts'
import { type RequestId, type RpcAnswer, resultAnswer } from './json-rpc.ts'
import type { Tools } from './tools.ts'

type McpPath = '/mcp' | '/mcp/sse'

/** The refusal of the first request in `body` whose operation needs a scope that the token lacks; undefined if all may run. */
export function missingScope(
  body: unknown,
  principal: Pick<Principal, 'scopes'>,
  tools: Pick<Tools, 'scopeOf'>,
  settings: McpSettings,
  path: McpPath,
): BearerChallenge | undefined {
  for (const message of Array.isArray(body) ? body : [body]) {
    const needed = scopeNeededBy(message, tools)
    if (needed === undefined || principal.scopes.has(needed)) continue
    // Granted scopes are named again: a client that steps up replaces its token, and must not lose what it had.
    const scopes = memoryScopes.filter((scope) => scope === needed || principal.scopes.has(scope))
    try {
      requireScopes(principal, scopes, settings, path)
    } catch (error) {
      if (error instanceof BearerChallenge) return error
      throw error
    }
  }
  return undefined
}

function scopeNeededBy(message: unknown, tools: Pick<Tools, 'scopeOf'>): string | undefined {
  if (typeof message !== 'object' || message === null || !('method' in message)) return undefined
  if (message.method === 'resources/read') return 'memories:read'
  if (message.method !== 'tools/call' || !('params' in message)) return undefined
  const { params } = message
  if (typeof params !== 'object' || params === null || !('name' in params) || typeof params.name !== 'string') {
    return undefined
  }
  return tools.scopeOf(params.name)
}

/**
 * ChatGPT links in the conversation when a tool's result carries the challenge in `_meta["mcp/www_authenticate"]`; everyone else
 * acts on HTTP 403. It is known by its client metadata document or, registered dynamically, by its User-Agent.
 */
export const readsChallengeInResult = (principal: Principal, request: Request): boolean =>
  principal.clientId.startsWith('https://chatgpt.com/') ||
  (request.headers.get('user-agent') ?? '').startsWith('openai-mcp/')

/** The tool result that asks ChatGPT to link again. */
export const challengeResult = (id: RequestId, challenge: BearerChallenge): RpcAnswer =>
  resultAnswer(id, {
    resultType: 'complete',
    content: [{ type: 'text', text: challenge.description }],
    isError: true,
    _meta: { 'mcp/www_authenticate': [challenge.challenge] },
  })
