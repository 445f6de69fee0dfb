/** One kept-alive HTTP/1.1 connection that costs the measuring process little: bytes out, status and body back. */
export interface Answer {
  readonly status: number
  /** Status line and header fields, as they came. */
  readonly head: string
  readonly body: string
}

export interface Connection {
  /** Sends one request, given as its bytes, and waits for its answer. One at a time. */
  ask(request: string): Promise<Answer>
  close(): void
}

/** Builds a request's bytes once, so that the loop does not. */
export function requestText(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): string {
  const all = {
    host: 'localhost',
    ...headers,
    ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`
}

export async function connect(port: number): Promise<Connection> {
  let received = ''
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined
  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = undefined
  }
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data(_, chunk) {
        // Latin 1 keeps one character a byte, so that lengths are byte lengths.
        received += chunk.toString('latin1')
        const answer = complete(received)
        if (answer === undefined) return
        received = ''
        const done = waiting
        waiting = undefined
        done?.resolve(answer)
      },
      close: () => fail(new Error('the server closed the connection')),
      error: (_, error) => fail(error),
    },
  })
  return {
    ask: (request) =>
      new Promise<Answer>((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.end(),
  }
}

/** The answer, once all of it is there: by its Content-Length or at the last chunk (RFC 9112 section 6.3). */
function complete(received: string): Answer | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = received.slice(0, headEnd)
  const status = Number(head.slice(9, 12))
  const body = received.slice(headEnd + 4)
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length !== undefined) return body.length >= Number(length) ? { status, head, body } : undefined
  if (/^transfer-encoding: *chunked/im.test(head))
    return body.endsWith('0\r\n\r\n') ? { status, head, body } : undefined
  return { status, head, body }
}
