/** The way from the pages' server side to the API and the sign-in server, which may be this process or another. */
import { Fault } from '../shared/fault.ts'

/** Sends one request, whose URL is at the public address, and gives its answer. Throws `Fault('unavailable')` when there is none. */
export type Upstream = (request: Request) => Promise<Response>

/** To another process, at its address inside the deployment: only the origin is exchanged. The request's signal bounds the time. */
export const overNetwork =
  (origin: string): Upstream =>
  async (request) => {
    const { pathname, search } = new URL(request.url)
    const { method, headers, body, signal } = request
    try {
      return await fetch(origin + pathname + search, {
        method,
        headers,
        redirect: 'manual',
        signal,
        ...(body === null ? {} : { body, duplex: 'half' }),
      })
    } catch (cause) {
      throw new Fault('unavailable', 'The server behind this page does not answer.', { retryAfterSeconds: 5, cause })
    }
  }

/** To this process. */
export const inProcess =
  (handle: (request: Request) => Response | Promise<Response>): Upstream =>
  async (request) =>
    handle(request)
