/** What a message of Streamable HTTP is answered with, and how that becomes HTTP. */
import { errorAnswer, type RequestId, type RpcAnswer, type RpcError, resultAnswer } from './json-rpc.ts'

/** Without a body: 202. The answers to a batch are a list. */
export interface Answer {
  readonly status: number
  readonly body?: RpcAnswer | readonly RpcAnswer[]
}

export const accepted: Answer = { status: 202 }

/** 200 with a result. */
export const answered = (id: RequestId, result: Record<string, unknown>): Answer => ({
  status: 200,
  body: resultAnswer(id, result),
})

/** An error under an HTTP status; `id` is null where none could be read of the request (JSON-RPC 2.0 section 5). */
export const refused = (status: number, error: RpcError, id: RequestId | null): Answer => ({
  status,
  body: errorAnswer(id, error),
})

/** An answer as JSON or, `streamed`, as the one event of a stream that then ends. */
export function respond({ status, body }: Answer, streamed: boolean): Response {
  if (body === undefined) return new Response(null, { status })
  return streamed && status === 200
    ? new Response(`event: message\ndata: ${JSON.stringify(body)}\n\n`, { headers: streamHeaders })
    : Response.json(body, { status, headers: privately })
}

/** SSE, not kept and not held back by proxies on the way. */
export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}
/** Answers are one person's. */
export const privately = { 'cache-control': 'no-store' }
