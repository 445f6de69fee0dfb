/**
 * A `Transport` of the v1 SDK over a ReadableStream: MCP 2024-11-05, HTTP with SSE. One stream, written by the server; what the client
 * posts is handed in by `receive`. Knows no HTTP routes, no tokens and no other stream.
 */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type MessageExtraInfo,
} from '@modelcontextprotocol/sdk/types.js'
import { wrongParams } from './params.ts'

export interface SseTransport extends Transport {
  readonly body: ReadableStream<Uint8Array>
  /** When something was last written, in the caller's clock's milliseconds. */
  lastWriteMs(): number
  /** Hands in a posted message; false for what is not JSON-RPC. */
  receive(message: unknown, extra: MessageExtraInfo): boolean
  /** Writes a comment that clients ignore, so that nothing on the way takes the stream for dead. */
  comment(text: string): void
}

const encoder = new TextEncoder()

/** Opens with a comment byte at once and the `endpoint` event; holds at most `bufferBytes` that the client has not read. */
export function createSseTransport(options: {
  readonly sessionId: string
  readonly endpoint: string
  readonly bufferBytes: number
  readonly nowMs: () => number
}): SseTransport {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let lastWriteMs = options.nowMs()
  const body = new ReadableStream<Uint8Array>(
    {
      start(opened) {
        controller = opened
      },
      cancel() {
        controller = undefined
        transport.onclose?.()
      },
    },
    { highWaterMark: options.bufferBytes, size: (chunk) => chunk?.byteLength ?? 0 },
  )

  const write = (text: string): void => {
    if (controller === undefined) return
    // A client that does not read is cut off before it fills our memory: it can open a new stream.
    if ((controller.desiredSize ?? 0) <= 0) {
      transport.onerror?.(new Error('the client does not read its stream'))
      void transport.close()
      return
    }
    lastWriteMs = options.nowMs()
    controller.enqueue(encoder.encode(text))
  }

  const transport: SseTransport = {
    sessionId: options.sessionId,
    body,
    lastWriteMs: () => lastWriteMs,
    async start() {
      write(`: open\n\nevent: endpoint\ndata: ${options.endpoint}\n\n`)
    },
    async send(message) {
      write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
    },
    async close() {
      const open = controller
      if (open === undefined) return
      controller = undefined
      open.close()
      transport.onclose?.()
    },
    receive(message, extra) {
      const parsed = JSONRPCMessageSchema.safeParse(message)
      if (!parsed.success) return false
      const known: JSONRPCMessage = parsed.data
      const problem = 'method' in known && 'id' in known ? wrongParams(known) : undefined
      if (problem !== undefined && 'id' in known && known.id !== undefined) {
        void transport.send({
          jsonrpc: '2.0',
          id: known.id,
          error: { code: ErrorCode.InvalidParams, message: problem },
        })
        return true
      }
      transport.onmessage?.(known, extra)
      return true
    },
    comment: (text) => write(`: ${text}\n\n`),
  }
  return transport
}
