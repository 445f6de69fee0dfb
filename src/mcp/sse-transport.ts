/**
 * One stream of HTTP+SSE (MCP 2024-11-05) as a transport of JSON-RPC messages: what is sent goes out on the stream, and what is posted
 * to its session comes in, from the authorization that opened it and from nobody else. It has the shape of the SDK's `Transport`, so
 * that any server which connects to one can be behind it. Knows no routes, no methods and no other stream.
 */
import type { Principal, Revocation } from '../resource/ports.ts'
import { isRevokedBy } from '../resource/revoked.ts'
import { readMessage } from './json-rpc.ts'
import type { PostedMessage, PostOutcome, StreamSender } from './ports.ts'

/** Of what POST a message is: who sent it, and `x-request-id` as the edge gave it. */
export interface MessageExtra {
  readonly sender?: StreamSender
  readonly requestInfo?: { readonly headers: Readonly<Record<string, string | string[] | undefined>> }
}

export interface SseTransport {
  readonly sessionId: string
  /** What the client reads that opened it. */
  readonly body: ReadableStream<Uint8Array>
  /** Tells the client where to post. */
  start(): Promise<void>
  /** Sends an event `message` with this as JSON; nothing once it is closed. */
  send(message: object): Promise<void>
  /** Writes a comment that clients ignore, so that nothing on the way takes the stream for dead. */
  keepAlive(): void
  close(): Promise<void>
  /** Gives what was posted to `onmessage`. */
  receive(posted: PostedMessage): PostOutcome
  /** When the authorization ends, as far as its tokens have shown: Unix seconds. */
  expiresAt(): number
  isRevokedBy(revocation: Revocation): boolean
  /** When something was last written, in the caller's clock's milliseconds. */
  lastWriteMs(): number
  onmessage?: (message: object, extra?: MessageExtra) => void
  /** Called once, whichever side closed it. */
  onclose?: () => void
  onerror?: (error: Error) => void
}

const encoder = new TextEncoder()
/** One for all streams: a thousand of them speak in the same second. */
const keepAlive = encoder.encode(': keepalive\n\n')

/** Holds at most `bufferBytes` that the client has not read. `endpoint` is the path to which it posts. */
export function createSseTransport(options: {
  readonly sessionId: string
  readonly principal: Principal
  readonly endpoint: string
  readonly bufferBytes: number
  readonly nowMs: () => number
}): SseTransport {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let lastWriteMs = options.nowMs()
  /** The latest token of the authorization: the stream lives as long as it does. */
  let latest = senderOf(options.principal)

  const closed = (): void => {
    controller = undefined
    transport.onclose?.()
  }
  const close = (): void => {
    if (controller === undefined) return
    controller.close()
    closed()
  }
  const write = (chunk: Uint8Array): void => {
    if (controller === undefined) return
    // A client that does not read is cut off before it fills our memory: it can open a new stream.
    if ((controller.desiredSize ?? 0) <= 0) {
      transport.onerror?.(new Error('the client does not read'))
      close()
      return
    }
    lastWriteMs = options.nowMs()
    controller.enqueue(chunk)
  }

  const transport: SseTransport = {
    sessionId: options.sessionId,
    body: new ReadableStream<Uint8Array>(
      {
        start(opened) {
          controller = opened
        },
        cancel: closed,
      },
      { highWaterMark: options.bufferBytes, size: (chunk) => chunk?.byteLength ?? 0 },
    ),
    // A comment comes first, so that the head and a byte go out at once whatever buffers on the way.
    start: async () => write(encoder.encode(`: open\n\nevent: endpoint\ndata: ${options.endpoint}\n\n`)),
    send: async (message) => write(encoder.encode(`event: message\ndata: ${JSON.stringify(message)}\n\n`)),
    keepAlive: () => write(keepAlive),
    close: async () => close(),
    receive({ sender, requestId, message }) {
      if (!sameAuthorization(latest, sender)) return 'not_yours'
      // A token refreshed meanwhile keeps the stream open for as long as it lives itself.
      if (sender.expiresAt > latest.expiresAt) latest = sender
      if (readMessage(message) === undefined) return 'malformed'
      transport.onmessage?.(message as object, { sender, requestInfo: { headers: { 'x-request-id': requestId } } })
      return 'accepted'
    },
    expiresAt: () => latest.expiresAt,
    isRevokedBy: (revocation) => isRevokedBy(latest, revocation),
    lastWriteMs: () => lastWriteMs,
  }
  return transport
}

export const senderOf = (principal: Principal): StreamSender => ({
  ownerId: principal.ownerId,
  clientId: principal.clientId,
  scopes: [...principal.scopes],
  tokenId: principal.tokenId,
  grantId: principal.grantId,
  familyId: principal.familyId,
  expiresAt: principal.expiresAt,
})

/** The same person through the same client by the same sign-in: only tokens refreshed from one another share a stream. */
const sameAuthorization = (left: StreamSender, right: StreamSender): boolean =>
  left.ownerId === right.ownerId &&
  left.clientId === right.clientId &&
  (left.familyId === undefined ? left.tokenId === right.tokenId : left.familyId === right.familyId)
