/** What a person allowed at the issuer, and taking it back: its `/auth/grants`, with the same access token as the API. */
import { Fault } from '../../shared/fault.ts'
import { readJson } from '../../shared/read-body.ts'
import type { SignedIn, Visit } from '../page.ts'

export interface ListedGrant {
  readonly id: string
  readonly client_id: string
  readonly client_name: string
  readonly client_origin: string
  readonly vouched: boolean
  readonly permissions: readonly string[]
  readonly destinations: readonly string[]
  readonly created_at: string
}

type Asking = Pick<Visit, 'site' | 'request'> & Pick<SignedIn, 'session'>

const patienceMs = 10_000
const largestAnswerBytes = 8 * 1024 * 1024

export async function listGrants(asking: Asking): Promise<readonly ListedGrant[]> {
  const response = await send('GET', '/auth/grants', asking)
  return ((await readJson(response, largestAnswerBytes)) as { grants: readonly ListedGrant[] }).grants
}

/** Ends the app's tokens everywhere. Throws `Fault('not_found')` for what is not this person's, or has ended before. */
export async function endGrant(id: string, asking: Asking): Promise<void> {
  await (await send('DELETE', `/auth/grants/${encodeURIComponent(id)}`, asking)).body?.cancel()
}

async function send(method: string, path: string, { site, request, session }: Asking): Promise<Response> {
  const attempt = async (token: string | undefined) => {
    const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` })
    const url = new URL(path, site.dependencies.settings.issuer)
    const signal = AbortSignal.timeout(patienceMs)
    return site.askIssuer(new Request(url, { method, headers, signal }), request)
  }
  let response = await attempt(await session.accessToken())
  if (response.status === 401) response = await attempt(await session.renewed())
  if (response.ok) return response
  await response.body?.cancel()
  if (response.status === 404) throw new Fault('not_found', 'This app is not connected any more.')
  if (response.status === 401 || response.status === 403)
    throw new Fault('forbidden', 'The sign-in server refused this.')
  throw new Fault('unavailable', 'The sign-in server does not answer. Try again in a moment.', { retryAfterSeconds: 5 })
}
