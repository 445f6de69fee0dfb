/** Takes the step that the dispatcher chose: on to a page, or back to the client with an answer. */
import { unixSeconds } from '../../shared/clock.ts'
import { requestContext } from '../../shared/request-context.ts'
import { clientOf } from '../clients/find-client.ts'
import { recordGrant } from '../consent/record.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Authorization, AuthorizationRequest, Client, Grant, Session } from '../ports.ts'
import { audienceOf } from '../resource-indicators.ts'
import { personMayEnter } from '../signin/allow-list.ts'
import { isOfAnEarlier, readSession } from '../signin/session.ts'
import { enter } from '../tell.ts'
import { nextStep, type SignedIn, type Step, sessionServes } from './dispatch.ts'
import { issueCode } from './issue-code.ts'
import { keepPending } from './pending.ts'
import { type Arrival, redirect, respondWithCode, respondWithError } from './respond.ts'

export const signInPath = (id: string) => `/auth/signin/${id}`
export const consentPath = (id: string) => `/auth/consent/${id}`

/** A request that has just passed its checks: it is kept only if the person has something to do. */
export async function beginAuthorization(
  httpRequest: Request,
  { request, client }: { readonly request: AuthorizationRequest; readonly client: Client },
  dependencies: OidcDependencies,
): Promise<Response> {
  enter(dependencies, 'authorize')
  const session = await servingSession(httpRequest, request, dependencies)
  const step = await decide(request, client, session, dependencies)
  if (step.next === 'answer' || step.next === 'refuse')
    return answer(httpRequest, { request, step, session, arrival: 'link' }, dependencies)
  const { id, cookie } = await keepPending(httpRequest, { request, signedIn: session }, dependencies)
  enter(dependencies, step.next === 'sign-in' ? 'sign_in' : 'consent')
  return redirect(
    step.next === 'sign-in' ? signInPath(id) : consentPath(id),
    cookie === undefined ? undefined : { 'set-cookie': cookie },
  )
}

/** A kept request, once somebody has signed in. */
export async function goOn(
  httpRequest: Request,
  at: {
    readonly id: string
    readonly authorization: Authorization
    readonly session: Session
    readonly cookie: string
  },
  arrival: Arrival,
  dependencies: OidcDependencies,
): Promise<Response> {
  const { id, authorization, session } = at
  const headers = { 'set-cookie': at.cookie }
  const client = await clientOf(authorization.request, dependencies)
  const step = await decide(authorization.request, client, session, dependencies)
  if (step.next === 'sign-in') return redirect(signInPath(id), headers)
  if (step.next === 'consent') {
    enter(dependencies, 'consent')
    return redirect(consentPath(id), headers)
  }
  await dependencies.stores.authorizations.delete(authorization.id)
  return answer(httpRequest, { request: authorization.request, step, session, arrival, headers }, dependencies)
}

/** The browser's session, if it is proof enough for this request and the person is still let in. */
async function servingSession(
  httpRequest: Request,
  request: AuthorizationRequest,
  dependencies: OidcDependencies,
): Promise<Session | undefined> {
  const session = await readSession(httpRequest, dependencies)
  if (session === undefined || !sessionServes(session, request, unixSeconds(dependencies.clock))) return undefined
  const user = await dependencies.stores.users.find(session.ownerId)
  if (user === undefined || isOfAnEarlier(user, session)) return undefined
  return personMayEnter(user, dependencies.settings) ? session : undefined
}

async function decide(
  request: AuthorizationRequest,
  client: Client,
  signedIn: SignedIn | undefined,
  dependencies: OidcDependencies,
): Promise<Step> {
  const grant = signedIn && (await findOrRecordGrant(signedIn, client, request, dependencies))
  return nextStep({ request, client, audience: audienceOf(dependencies.settings, request.resources), signedIn, grant })
}

/** What the person allowed this client. Signing in to our own pages allows them, which is recorded: they show people what is theirs. */
const findOrRecordGrant = (
  { ownerId }: SignedIn,
  client: Client,
  request: AuthorizationRequest,
  dependencies: OidcDependencies,
): Promise<Grant | undefined> =>
  client.kind === 'own'
    ? recordGrant({ ownerId, client, request }, dependencies)
    : dependencies.stores.grants.find(ownerId, client.id)

interface Answer {
  readonly request: AuthorizationRequest
  readonly step: Extract<Step, { next: 'answer' | 'refuse' }>
  readonly session: Session | undefined
  readonly arrival: Arrival
  readonly headers?: HeadersInit
}

async function answer(httpRequest: Request, given: Answer, dependencies: OidcDependencies): Promise<Response> {
  const { request, step, session, arrival, headers } = given
  const context = { settings: dependencies.settings, arrival, headers }
  if (step.next === 'refuse') {
    requestContext(httpRequest).reason = step.error.message
    return respondWithError(request, step.error, context)
  }
  const { signedIn, grant } = step
  const code = await issueCode({ request, signedIn, grant, sessionId: session?.id }, dependencies)
  return respondWithCode(request, code, context)
}
