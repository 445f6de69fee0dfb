/** Who is signed in in which browser (OpenID Connect Core section 3.1.2.3). Only hashes of session ids are stored. */
import type { OwnerId, TokenHash } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { hashToken } from '../../shared/hash.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Session, User } from '../ports.ts'
import { readCookie, setCookie } from './cookies.ts'

type SessionDependencies = Pick<OidcDependencies, 'settings' | 'clock'> & {
  readonly stores: Pick<OidcDependencies['stores'], 'sessions'>
}

/** The live session of the browser that sent this request. */
export async function readSession(request: Request, dependencies: SessionDependencies): Promise<Session | undefined> {
  const token = readCookie(request, 'session', dependencies.settings)
  return token === undefined ? undefined : dependencies.stores.sessions.find(hashToken(token))
}

/**
 * Whoever is removed is signed out everywhere, also when they are added again under the same name, which gives them the same
 * `sub`: a session of before is not theirs any more.
 */
export const isOfAnEarlier = ({ createdAt }: User, { authTime }: Session): boolean => authTime < createdAt

/**
 * Begins a session under a new id, and ends the one this browser had: an id from before the sign-in is worth nothing after
 * it. Returns the session and the `Set-Cookie` value.
 */
export async function startSession(
  request: Request,
  ownerId: OwnerId,
  dependencies: SessionDependencies & Pick<OidcDependencies, 'random'>,
): Promise<{ session: Session; cookie: string }> {
  const { settings, clock, random, stores } = dependencies
  await deleteSession(request, dependencies)
  const now = unixSeconds(clock)
  const token = random.token(32)
  const session: Session = {
    id: hashToken(token),
    ownerId,
    authTime: now,
    expiresAt: now + settings.sessionTtlSeconds,
  }
  await stores.sessions.create(session)
  return { session, cookie: setCookie('session', token, settings, settings.sessionTtlSeconds) }
}

/** Ends the session of this browser. Returns the `Set-Cookie` value that removes its cookie. */
export async function endSession(request: Request, dependencies: SessionDependencies): Promise<string> {
  await deleteSession(request, dependencies)
  return setCookie('session', '', dependencies.settings, 0)
}

async function deleteSession(request: Request, { settings, stores }: SessionDependencies): Promise<void> {
  const token = readCookie(request, 'session', settings)
  if (token !== undefined) await stores.sessions.delete(hashToken(token))
}

/** The hash of this browser's cookie, and the `Set-Cookie` value where it had none yet. */
export function knowBrowser(
  request: Request,
  { settings, random }: Pick<OidcDependencies, 'settings' | 'random'>,
): { browser: TokenHash; cookie?: string } {
  const token = readCookie(request, 'browser', settings)
  if (token !== undefined) return { browser: hashToken(token) }
  const fresh = random.token(32)
  return { browser: hashToken(fresh), cookie: setCookie('browser', fresh, settings) }
}

/** The hash of this browser's cookie; undefined when it has none. */
export function browserOf(request: Request, { settings }: Pick<OidcDependencies, 'settings'>): TokenHash | undefined {
  const token = readCookie(request, 'browser', settings)
  return token === undefined ? undefined : hashToken(token)
}
