import { Fault } from '../../shared/fault.ts'
import { hashToken } from '../../shared/hash.ts'
import { goOn } from '../authorize/proceed.ts'
import type { Arrival } from '../authorize/respond.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { User } from '../ports.ts'
import { tell } from '../tell.ts'
import { startSession } from './session.ts'

/** Somebody proved who they are: a new session in this browser, and on with what they came for. */
export async function finishSignIn(
  request: Request,
  { id, user, arrival }: { id: string; user: User; arrival: Arrival },
  dependencies: OidcDependencies,
): Promise<Response> {
  const { session, cookie } = await startSession(request, user.id, dependencies)
  const authorization = await dependencies.stores.authorizations.update(
    hashToken(id),
    ({ upstream: _spent, newcomer: _known, ...rest }) => ({
      ...rest,
      ownerId: session.ownerId,
      authTime: session.authTime,
    }),
  )
  if (authorization === undefined)
    throw new Fault('invalid', 'This sign-in is over. Go back to the app and connect again.')
  tell(dependencies, request, 'sign_in', { ownerId: user.id, clientId: authorization.request.clientId })
  return goOn(request, { id, authorization, session, cookie }, arrival, dependencies)
}
