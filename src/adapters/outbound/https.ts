/** The way out to addresses that strangers name: node:https, with the address given instead of looked up. */
import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Outbound, OutboundAnswer, OutboundRequest } from '../../oidc/ports.ts'
import { Finding } from '../../shared/error-record.ts'

export interface HttpsOutboundOptions {
  /** Certificates to trust instead of the system's (PEM). */
  readonly ca?: string
}

export function httpsOutbound(options: HttpsOutboundOptions = {}): Outbound {
  return {
    async resolve(host, signal) {
      const bare = host.replace(/^\[(.*)\]$/, '$1')
      if (isIP(bare) !== 0) return [bare]
      const found = await abortable(lookup(bare, { all: true, verbatim: true }), signal)
      return found.map(({ address }) => address)
    },
    get: (url, wanted) => get(url, wanted, options),
  }
}

async function get(url: URL, { address, limitBytes, signal }: OutboundRequest, { ca }: HttpsOutboundOptions) {
  // Loading it takes as long as all else of the runtime's that a start needs, and most processes never go out this way.
  const { request } = await import('node:https')
  const pinned = { address, family: isIP(address) }
  return new Promise<OutboundAnswer>((resolve, reject) => {
    const sent = request(url, {
      agent: false,
      signal,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'souvenir' },
      lookup: (_host, { all }, answer) =>
        all === true ? answer(null, [pinned]) : answer(null, pinned.address, pinned.family),
      ...(ca === undefined ? {} : { ca }),
    })
    sent.on('error', reject)
    sent.on('response', (response) => read(response, limitBytes).then(resolve, reject))
    sent.end()
  })
}

async function read(response: IncomingMessage, limitBytes: number): Promise<OutboundAnswer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > limitBytes) {
      response.destroy()
      throw new Finding(`the answer is longer than ${limitBytes} bytes`)
    }
    chunks.push(chunk)
  }
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) }
}

/** A look-up of a name cannot be cancelled: this stops waiting for it. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
  })
}
