/**
 * The guard of a process without sign-in (AUTH=none): a page of the internet that runs in a browser on this machine must not
 * reach it. Neither through a host name that it points here (DNS rebinding), nor by sending a request without reading the answer.
 */
import { isLoopback } from '../shared/loopback.ts'
import type { Handle } from './observe.ts'
import { problemResponse } from './problem.ts'

/** Passes on what names loopback or one of `allowedHosts` in Host and, where there is one, in Origin; 403 for the rest. */
export function localOnly(handle: Handle, allowedHosts: readonly string[]): Handle {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  const isOurs = (hostname: string) => isLoopback(hostname) || allowed.has(hostname)
  return (request) => {
    const host = hostnameOf(`http://${request.headers.get('host') ?? new URL(request.url).host}`)
    if (!isOurs(host)) return refuse(request, 'host', `This server has no sign-in and answers to localhost only.`)
    const origin = request.headers.get('origin')
    if (origin !== null && !isOurs(hostnameOf(origin))) {
      return refuse(request, 'origin', 'This server has no sign-in: pages of other hosts may not call it.')
    }
    // Navigations and images carry no Origin, but browsers say where they come from (Fetch Metadata).
    if (request.headers.get('sec-fetch-site') === 'cross-site') {
      return refuse(request, 'cross_site', 'This server has no sign-in: pages of other hosts may not call it.')
    }
    return handle(request)
  }
}

const hostnameOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname.toLowerCase() : '')

const refuse = (request: Request, what: 'host' | 'origin' | 'cross_site', detail: string): Response =>
  problemResponse(request, { status: 403, title: 'Forbidden', detail, code: `${what}_not_allowed` })
