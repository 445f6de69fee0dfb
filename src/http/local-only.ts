/**
 * The guard of a process without sign-in (AUTH=none): a page of another origin that runs in a browser on this machine must not reach
 * it, be it of the internet or of another port. Neither through a host name that is pointed here (DNS rebinding), nor by sending a
 * request without reading the answer, which needs no preflight (Fetch, CORS-safelisted requests).
 */
import { isLoopback } from '../shared/loopback.ts'
import type { Handle } from './observe.ts'
import { problemResponse } from './problem.ts'

export interface LocalNames {
  /** Host names beside those of loopback. */
  readonly allowedHosts: readonly string[]
  /** Origins whose pages may call. Each name of loopback stands for all of them; the port counts. */
  readonly origins: readonly string[]
}

/**
 * Passes on what names loopback or one of `allowedHosts` in Host and, where there is an Origin, comes from a page of this very address
 * or of one of `origins`; 403 for the rest. Where there is none, browsers say where a request comes from (Fetch Metadata): from another
 * port of this machine somebody may follow a link, and from another site nothing comes in.
 */
export function localOnly(handle: Handle, { allowedHosts, origins }: LocalNames): Handle {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  const isOurs = (hostname: string) => isLoopback(hostname) || allowed.has(hostname)
  const listed = new Set(origins.flatMap((origin) => addressOf(origin)?.address ?? []))
  return (request) => {
    const here = addressOf(`http://${request.headers.get('host') ?? new URL(request.url).host}`)
    if (here === undefined || !isOurs(here.hostname)) {
      return refuse(request, 'host', 'This server has no sign-in and answers to localhost only.')
    }
    const [origin, site] = [request.headers.get('origin'), request.headers.get('sec-fetch-site')]
    // `null` is what a browser says of a form where the page asked for no referrer, as ours do.
    if (origin !== null && !(origin === 'null' && site === 'same-origin')) {
      const from = addressOf(origin)
      if (from === undefined || !isOurs(from.hostname)) return refuse(request, 'origin', othersMayNot)
      if (origin.toLowerCase() !== here.origin && !listed.has(from.address)) return refuse(request, 'origin', notListed)
      return handle(request)
    }
    if (site === 'cross-site') return refuse(request, 'cross_site', othersMayNot)
    if (site === 'same-site' && !isLink(request)) return refuse(request, 'same_site', notListed)
    return handle(request)
  }
}

const isLink = ({ method, headers }: Request) => method === 'GET' && headers.get('sec-fetch-mode') === 'navigate'

interface Address {
  readonly hostname: string
  readonly origin: string
  /** The origin, alike for all names of loopback. */
  readonly address: string
}

/** Undefined for what is no URL with an origin, as is `null`. */
function addressOf(url: string): Address | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.origin === 'null') return undefined
  const { protocol, hostname, port, origin } = parsed
  return { hostname, origin, address: isLoopback(hostname) ? `${protocol}//localhost:${port}` : origin }
}

const othersMayNot = 'This server has no sign-in (AUTH=none): pages of other hosts may not call it.'
const notListed =
  'This server has no sign-in (AUTH=none): of the pages on this machine only its own may call it. ' +
  'To let those of another port, set ALLOWED_ORIGINS to their origin, such as http://localhost:3000.'

type Refused = 'host' | 'origin' | 'cross_site' | 'same_site'

const refuse = (request: Request, what: Refused, detail: string): Response =>
  problemResponse(request, { status: 403, title: 'Forbidden', detail, code: `${what}_not_allowed` })
