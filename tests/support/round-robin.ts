/** A load balancer on loopback: backends take turns, as behind a round robin that knows of no session. */
export interface RoundRobin {
  /** Requests that each backend was given. */
  readonly served: readonly number[]
  stop(): Promise<void>
}

/** Listens on `port` and hands each request to the next of `backends`, which are ports of this machine. */
export function startRoundRobin(port: number, backends: readonly number[]): RoundRobin {
  const served = backends.map(() => 0)
  let turn = 0
  const server = Bun.serve({
    hostname: 'localhost',
    port,
    async fetch(request) {
      const at = turn++ % backends.length
      served[at] = (served[at] ?? 0) + 1
      const { pathname, search } = new URL(request.url)
      const { method } = request
      const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer()
      const headers = new Headers(request.headers)
      headers.delete('host')
      return fetch(`http://127.0.0.1:${backends[at]}${pathname}${search}`, {
        method,
        headers,
        body,
        redirect: 'manual',
      })
    },
  })
  return { served, stop: () => server.stop(true) }
}
