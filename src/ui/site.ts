/** What all pages share, made once at the first request for any of them. */
import { createHeldBytes, type HeldBytes } from '../shared/held-bytes.ts'
import { beginRequestContext, requestContext } from '../shared/request-context.ts'
import type { UiDependencies, Upstreams } from './dependencies.ts'
import { everyoneIsOwner } from './session/everyone-is-owner.ts'
import { createIssuer, type Issuer } from './session/issuer.ts'
import { createSessions, type Sessions } from './session/sessions.ts'

export interface Site {
  readonly dependencies: UiDependencies
  readonly upstreams: Upstreams
  readonly issuer: Issuer
  readonly sessions: Sessions
  /** Forms with a file, while they are served. */
  readonly heldForms: HeldBytes
  /** Sends a request to the issuer as a part of the page that `onBehalfOf` asked for. */
  askIssuer(request: Request, onBehalfOf: Request): Promise<Response>
}

const mega = 1024 * 1024
/** One of the largest there is of a person, and a few in all. */
const heldForms = { perPerson: 65 * mega, total: 4 * 65 * mega }

export function openSite(dependencies: UiDependencies, upstreams: Upstreams): Site {
  const { settings, clock, random, sessions: store } = dependencies
  const issuer = createIssuer(upstreams.issuer, settings, clock)
  const sessions = settings.signIn
    ? createSessions({ issuer, store, settings, clock, random })
    : everyoneIsOwner(settings, random)
  return {
    dependencies,
    upstreams,
    issuer,
    sessions,
    heldForms: createHeldBytes(heldForms),
    askIssuer(request, onBehalfOf) {
      const { requestId, address } = requestContext(onBehalfOf)
      request.headers.set('x-request-id', requestId)
      beginRequestContext(request, { requestId, address, route: 'unmatched' })
      return upstreams.issuer(request)
    },
  }
}
