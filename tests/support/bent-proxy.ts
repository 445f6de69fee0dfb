/** What stands in front of a deployment, and can be bent: a proxy that a test makes answer, change or hold back what passes. */
export interface Bend {
  /** An answer in place of the product's. */
  readonly instead?: (request: Request, path: string) => Response | undefined
  /** Another answer made of the product's. */
  readonly change?: (response: Response, path: string, request: Request) => Response | Promise<Response>
}

export function bentProxy(upstream: () => string) {
  let bend: Bend = {}
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const answer = bend.instead?.(request, pathname)
      if (answer !== undefined) return answer
      const headers = new Headers(request.headers)
      headers.delete('host')
      const { method } = request
      const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer()
      const passed = await fetch(upstream() + pathname + search, {
        method,
        headers,
        body,
        redirect: 'manual',
        signal: request.signal,
      })
      // fetch has undone the encoding.
      const kept = new Headers(passed.headers)
      kept.delete('content-encoding')
      kept.delete('content-length')
      const whole = new Response(passed.body, { status: passed.status, headers: kept })
      return bend.change?.(whole, pathname, request) ?? whole
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    bend(how: Bend) {
      bend = how
    },
    close: () => server.stop(true),
  }
}

/** The same answer with another JSON body. */
export async function withJson(
  response: Response,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
): Promise<Response> {
  const body = (await response.json()) as Record<string, unknown>
  return Response.json(change(body), { status: response.status, headers: response.headers })
}

/** The same answer with other header fields; undefined takes one away. */
export function withHeaders(response: Response, fields: Readonly<Record<string, string | undefined>>): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) headers.delete(name)
    else headers.set(name, value)
  }
  return new Response(response.body, { status: response.status, headers })
}
