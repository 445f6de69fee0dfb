/**
 * The way out to an address that a stranger named (a client's metadata document, its keys). It only connects: which addresses
 * may be reached is decided by its caller (clients/fetch-document.ts), between the two calls, so that a name cannot change
 * its meaning after it was judged (DNS rebinding).
 */
export interface Outbound {
  /** Every address of a host name. Throws when there is none. */
  resolve(host: string, signal: AbortSignal): Promise<readonly string[]>
  /**
   * GET over TLS to exactly this address, with the certificate checked for the URL's host. Follows no redirect, reads at
   * most `limitBytes` of the body, and throws when it is longer or when `signal` fires.
   */
  get(url: URL, options: OutboundRequest): Promise<OutboundAnswer>
}

export interface OutboundRequest {
  readonly address: string
  readonly limitBytes: number
  readonly signal: AbortSignal
}

export interface OutboundAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}
