/** Redirects followed by hand: what they say of the file is kept, and none leads away from https. */
import { Fault } from '../../../shared/fault.ts'

export type Fetch = (url: URL, init: RequestInit) => Promise<Response>

export interface Followed {
  readonly response: Response
  /** SHA-256 of the file in hexadecimal, where a redirect said it. */
  readonly sha256: string | undefined
  /** Its bytes, where a redirect said it: the answer itself may be of a part. */
  readonly bytes: number | undefined
}

const mostRedirects = 5
/** RFC 9110 section 15.4: those that are asked again with the same method. */
const redirects = new Set([301, 302, 307, 308])

/**
 * Asks for a file and goes where the answer leads. Hugging Face leads large files to another host by an address that is good for
 * minutes, and says their size and SHA-256 in `X-Linked-Size` and `X-Linked-ETag`: so each try begins at the address that lasts.
 * @throws Fault `unavailable` when it leads from https to something else, or in circles
 */
export async function follow(fetch: Fetch, from: URL, init: RequestInit): Promise<Followed> {
  let url = from
  let [sha256, bytes]: [string | undefined, number | undefined] = [undefined, undefined]
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const response = await fetch(url, { ...init, redirect: 'manual' })
    const { headers, status } = response
    const location = headers.get('location')
    if (!redirects.has(status) || location === null) return { response, sha256, bytes }
    await response.body?.cancel()
    sha256 ??= /^"?([0-9a-f]{64})"?$/.exec(headers.get('x-linked-etag') ?? '')?.[1]
    bytes ??= /^\d{1,15}$/.test(headers.get('x-linked-size') ?? '') ? Number(headers.get('x-linked-size')) : undefined
    url = next(url, location)
  }
  throw new Fault('unavailable', `${from.host} leads from one address to the next: nothing was taken.`)
}

function next(url: URL, location: string): URL {
  const to = URL.canParse(location, url) ? new URL(location, url) : undefined
  if (
    to === undefined ||
    !['https:', 'http:'].includes(to.protocol) ||
    (url.protocol === 'https:' && to.protocol !== url.protocol)
  )
    throw new Fault('unavailable', `${url.host} sent us to an address without https: nothing was taken.`)
  return to
}
