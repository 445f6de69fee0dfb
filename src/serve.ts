/** Listens on Bun or Deno; nothing else knows the runtime. */
import type { Peer, Serve } from './http/observe.ts'
import { late, within } from './shared/within.ts'

export interface Listening {
  readonly host: string
  readonly port: number
  /** Stops taking connections and waits for the answers under way, at most `patienceMs`. */
  stop(patienceMs: number): Promise<void>
}

/** An import of a large backup is the largest body there is; each route has its own, lower limit. */
const largestBodyBytes = 512 * 1024 * 1024
/** Seconds a connection may be silent. Streams are exempt: theirs is the keepalive's job. */
const idleSeconds = 60

export function listen(serve: Serve, host: string, port: number): Promise<Listening> {
  return typeof Deno === 'undefined' ? listenOnBun(serve, host, port) : listenOnDeno(Deno, serve, host, port)
}

async function listenOnBun(serve: Serve, hostname: string, port: number): Promise<Listening> {
  const server = Bun.serve({
    hostname,
    port,
    idleTimeout: idleSeconds,
    maxRequestBodySize: largestBodyBytes,
    fetch: (request, server) => serve(request, new BunPeer(request, server)),
  })
  return {
    host: hostname,
    port: server.port ?? port,
    async stop(patienceMs) {
      if ((await within(patienceMs, server.stop())) === late) await server.stop(true)
    },
  }
}

class BunPeer implements Peer {
  readonly #request: Request
  readonly #server: Bun.Server<undefined>
  constructor(request: Request, server: Bun.Server<undefined>) {
    this.#request = request
    this.#server = server
  }

  get address() {
    return this.#server.requestIP(this.#request)?.address
  }

  allowSilence() {
    this.#server.timeout(this.#request, 0)
  }
}

async function listenOnDeno(deno: DenoRuntime, serve: Serve, hostname: string, port: number): Promise<Listening> {
  const options = { hostname, port, onListen: () => {}, onError: noBody }
  const server = deno.serve(options, (request: Request, info: DenoConnection) =>
    serve(request, { address: info.remoteAddr.hostname }),
  )
  return {
    host: hostname,
    port: server.addr.port,
    async stop(patienceMs) {
      // Whoever is still connected then is cut off by the end of the process: an abort after a shutdown is an uncaught error here.
      await within(patienceMs, server.shutdown())
    },
  }
}

/** Of a body that ended amid it: whoever made it has told why. Deno would print it. */
const noBody = () => new Response(null, { status: 500 })

interface DenoConnection {
  readonly remoteAddr: { readonly hostname: string }
}

/** The part of Deno's API used here; its own types would clash with Bun's. */
interface DenoRuntime {
  serve(
    options: { hostname: string; port: number; onListen: () => void; onError: () => Response },
    handler: (request: Request, info: DenoConnection) => Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> }
}
declare const Deno: DenoRuntime | undefined
