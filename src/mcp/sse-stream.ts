/** One stream of HTTP+SSE (MCP 2024-11-05), written by the server. Knows no routes, no tokens, no messages and no other stream. */

export interface SseStream {
  readonly body: ReadableStream<Uint8Array>
  /** When something was last written, in the caller's clock's milliseconds. */
  lastWriteMs(): number
  /** Sends an event `message` with this as JSON. */
  send(message: object): void
  /** Writes a comment that clients ignore, so that nothing on the way takes the stream for dead. */
  keepAlive(): void
  close(): void
}

const encoder = new TextEncoder()
/** One for all streams: a thousand of them speak in the same second. */
const keepAlive = encoder.encode(': keepalive\n\n')

/**
 * Opens with a comment byte at once and the `endpoint` event; holds at most `bufferBytes` that the client has not read. `onClosed` is
 * called once, whichever side closed it.
 */
export function createSseStream(options: {
  readonly endpoint: string
  readonly bufferBytes: number
  readonly nowMs: () => number
  readonly onClosed: () => void
}): SseStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let lastWriteMs = options.nowMs()

  const closed = (): void => {
    controller = undefined
    options.onClosed()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start(opened) {
        controller = opened
        opened.enqueue(encoder.encode(`: open\n\nevent: endpoint\ndata: ${options.endpoint}\n\n`))
      },
      cancel: closed,
    },
    { highWaterMark: options.bufferBytes, size: (chunk) => chunk?.byteLength ?? 0 },
  )
  const close = (): void => {
    if (controller === undefined) return
    controller.close()
    closed()
  }
  const write = (chunk: Uint8Array): void => {
    if (controller === undefined) return
    // A client that does not read is cut off before it fills our memory: it can open a new stream.
    if ((controller.desiredSize ?? 0) <= 0) {
      close()
      return
    }
    lastWriteMs = options.nowMs()
    controller.enqueue(chunk)
  }

  return {
    body,
    lastWriteMs: () => lastWriteMs,
    send: (message) => write(encoder.encode(`event: message\ndata: ${JSON.stringify(message)}\n\n`)),
    keepAlive: () => write(keepAlive),
    close,
  }
}
