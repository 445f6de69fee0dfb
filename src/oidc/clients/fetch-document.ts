/**
 * Reads JSON from an address that a client named, without becoming its tool (OAuth Client ID Metadata Document, "Server Side
 * Request Forgery"): https only, every address of the host public, the connection pinned to one that was judged, no redirect,
 * a size limit, and one deadline for all of it, so that neither a slow name server nor a body that trickles holds us.
 */

import { isPublicAddress } from '../../shared/public-address.ts'
import type { Outbound } from '../ports.ts'

const deadlineMs = 5_000

export interface FetchedDocument {
  readonly json: unknown
  /** How long it may be used without asking again (RFC 9111 section 4.2); 0 when it must not be kept. */
  readonly freshSeconds: number
}

/** Why a document could not be had; for the log, and in words that tell a person nothing of our network. */
class DocumentUnavailable extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(reason, options)
    this.name = 'DocumentUnavailable'
  }
}

/** Throws `DocumentUnavailable`. */
export async function fetchDocument(address: string, limitBytes: number, outbound: Outbound): Promise<FetchedDocument> {
  const url = new URL(address)
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new DocumentUnavailable('the address is not https')
  }
  const signal = AbortSignal.timeout(deadlineMs)
  try {
    const answer = await outbound.get(url, { address: await judgedAddress(url, outbound, signal), limitBytes, signal })
    if (answer.status !== 200) throw new DocumentUnavailable(`the host answered ${answer.status}`)
    const type = answer.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
    if (type !== 'application/json' && !/^application\/[a-z0-9.-]+\+json$/.test(type)) {
      throw new DocumentUnavailable('the host did not answer with JSON')
    }
    return { json: parse(answer.body), freshSeconds: freshSeconds(answer.headers) }
  } catch (cause) {
    if (cause instanceof DocumentUnavailable) throw cause
    throw new DocumentUnavailable('the host could not be read', { cause })
  }
}

/**
 * One bad address among good ones condemns the name: which of them is used must not depend on chance. A name that does not
 * exist and one of a private network look the same from outside.
 */
async function judgedAddress(url: URL, outbound: Outbound, signal: AbortSignal): Promise<string> {
  const [first, ...others] = await outbound.resolve(url.hostname, signal).catch(() => [])
  if (first === undefined || ![first, ...others].every(isPublicAddress)) {
    throw new DocumentUnavailable('the host has no public address')
  }
  return first
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body))
  } catch (cause) {
    throw new DocumentUnavailable('the document is not JSON', { cause })
  }
}

const unstatedSeconds = 300
const longestSeconds = 86_400

function freshSeconds(headers: Headers): number {
  const control = headers.get('cache-control')?.toLowerCase() ?? ''
  if (/\bno-(store|cache)\b/.test(control)) return 0
  const stated = /\b(?:s-maxage|max-age)\s*=\s*"?(\d{1,10})/.exec(control)?.[1]
  if (stated === undefined) return unstatedSeconds
  const age = Number(headers.get('age') ?? 0)
  return Math.max(0, Math.min(longestSeconds, Number(stated) - (Number.isFinite(age) ? age : 0)))
}
