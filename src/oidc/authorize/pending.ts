/**
 * Authorization requests on their way through sign-in and consent: kept under the hash of the id in the page's address,
 * tied to the browser that began them, with a token for each form that is good for one post.
 */
import { unixSeconds } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import { equalSecrets, hashToken } from '../../shared/hash.ts'
import { readForm } from '../../shared/read-body.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Authorization, AuthorizationRequest } from '../ports.ts'
import { codeLifetimeMinutes } from '../signin/console-code.ts'
import { browserOf, knowBrowser } from '../signin/session.ts'
import type { SignedIn } from './dispatch.ts'

/** Time enough to fetch a code from another machine, and to try a second one. */
const lifetimeSeconds = 2 * codeLifetimeMinutes * 60

/** Forms that one authorization may be sent; what guesses at codes never comes near it. */
const maxAttempts = 20

const formLimitBytes = 4_096

/** Keeps a checked request. Returns the id for the pages' addresses and a cookie to set where the browser had none. */
export async function keepPending(
  httpRequest: Request,
  { request, signedIn }: { readonly request: AuthorizationRequest; readonly signedIn: SignedIn | undefined },
  dependencies: OidcDependencies,
): Promise<{ id: string; cookie?: string }> {
  const { random, clock, stores } = dependencies
  const id = random.token(24)
  const { browser, cookie } = knowBrowser(httpRequest, dependencies)
  await stores.authorizations.create({
    id: hashToken(id),
    browser,
    request,
    ...(signedIn === undefined ? {} : { ownerId: signedIn.ownerId, authTime: signedIn.authTime }),
    attempts: 0,
    expiresAt: unixSeconds(clock) + lifetimeSeconds,
  })
  return { id, ...(cookie === undefined ? {} : { cookie }) }
}

/** Finds it for the browser that began it. Faults: `invalid` when it is over, `forbidden` in any other browser. */
export async function findPending(
  httpRequest: Request,
  id: string,
  dependencies: OidcDependencies,
): Promise<Authorization> {
  const authorization = await dependencies.stores.authorizations.find(hashToken(id))
  if (authorization === undefined) throw isOver()
  if (!equalSecrets(authorization.browser, browserOf(httpRequest, dependencies) ?? '')) throw inAnotherBrowser()
  return authorization
}

/** A new token for the form that is about to be shown; any earlier one stops working. */
export async function renewFormToken(id: string, { random, stores }: OidcDependencies): Promise<string> {
  const token = random.token(24)
  const kept = await stores.authorizations.update(hashToken(id), (current) => ({
    ...current,
    formToken: hashToken(token),
  }))
  if (kept === undefined) throw isOver()
  return token
}

export interface PostedForm {
  readonly authorization: Authorization
  readonly fields: URLSearchParams
  /** False when its token was used before or belongs to a page shown earlier: show the page again. */
  readonly genuine: boolean
}

/** What a page says that is shown again because its form was not genuine. */
export const usedForm = {
  problem: 'This page had been sent already or was open twice. Please try again here.',
  status: 403,
} as const

/**
 * Reads a form of one of our pages and spends its token in one step, whoever posts at the same time.
 * Faults: those of `findPending`; `rate_limited` after too many posts, which also ends the authorization.
 */
export async function takeForm(httpRequest: Request, id: string, dependencies: OidcDependencies): Promise<PostedForm> {
  const fields = await readForm(httpRequest, formLimitBytes)
  const found = await findPending(httpRequest, id, dependencies)
  const { authorizations } = dependencies.stores
  if (found.attempts >= maxAttempts) {
    await authorizations.delete(found.id)
    throw new Fault('rate_limited', 'Too many tries. Go back to the app and connect again.', {
      code: 'too_many_tries',
      retryAfterSeconds: 60,
    })
  }
  const sent = hashToken(fields.get('form_token') ?? '')
  let genuine = false
  const authorization = await authorizations.update(found.id, ({ formToken, ...rest }) => {
    genuine = formToken !== undefined && equalSecrets(formToken, sent)
    return { ...rest, ...(genuine || formToken === undefined ? {} : { formToken }), attempts: rest.attempts + 1 }
  })
  if (authorization === undefined) throw isOver()
  return { authorization, fields, genuine }
}

const isOver = () =>
  new Fault('invalid', 'This sign-in is over: it was finished already, or it took longer than half an hour.', {
    code: 'authorization_over',
  })

const inAnotherBrowser = () =>
  new Fault(
    'forbidden',
    'This sign-in was begun in another browser, and only that one can finish it; or this one keeps no cookies.',
    {
      code: 'another_browser',
    },
  )
