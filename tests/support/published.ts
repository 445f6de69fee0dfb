/** A stand-in for the internet beyond this machine: host names, the addresses behind them, and what each URL answers. */
import type { Outbound, OutboundAnswer } from '../../src/oidc/ports.ts'

export interface Published {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON unless it is text. */
  readonly body?: unknown
}

export function published() {
  const addresses = new Map<string, readonly string[]>()
  const answers = new Map<string, () => Published | Promise<Published>>()
  /** Every connection that was made: to which address, for which URL. */
  const connections: { address: string; url: string }[] = []

  const outbound: Outbound = {
    async resolve(host) {
      const bare = host.replace(/^\[(.*)\]$/, '$1')
      if (/^[\d.]+$/.test(bare) || bare.includes(':')) return [bare]
      return addresses.get(bare) ?? ['93.184.215.14']
    },
    async get(url, { address, limitBytes, signal }): Promise<OutboundAnswer> {
      connections.push({ address, url: url.href })
      const answer = answers.get(url.href)
      if (answer === undefined) throw new Error('connection refused')
      const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      const { status = 200, headers = {}, body = '' } = await Promise.race([answer(), aborted])
      const bytes = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
      if (bytes.byteLength > limitBytes) throw new Error('too long')
      return { status, headers: new Headers({ 'content-type': 'application/json', ...headers }), body: bytes }
    },
  }
  return {
    outbound,
    connections,
    resolveTo: (host: string, ...to: readonly string[]) => addresses.set(host, to),
    answer: (url: string, answer: Published | (() => Published | Promise<Published>)) =>
      answers.set(url, typeof answer === 'function' ? answer : () => answer),
  }
}
