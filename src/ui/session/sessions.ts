/** Who is signed in in which browser: the cookie names a record and opens it; the record holds the tokens. */
import { type Clock, unixSeconds } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import { equalSecrets, hashToken, sha256 } from '../../shared/hash.ts'
import type { Random } from '../../shared/random.ts'
import type { UiSettings } from '../dependencies.ts'
import type { UiSessions } from '../ports.ts'
import { readSessionCookie, sessionCookie } from './cookies.ts'
import type { Issuer, SignedInPerson, Tokens } from './issuer.ts'
import { sealSession, unsealSession } from './seal.ts'

/** A live session of one browser. */
export interface Session {
  readonly person: SignedInPerson
  /** In every form of ours; no other site can know it, since it follows from the cookie. */
  readonly formToken: string
  isGenuine(formToken: string): boolean
  /**
   * One that is good for at least a few seconds more; none where nobody signs in. Throws `Fault('unauthenticated')` when the person is
   * signed out.
   */
  accessToken(): Promise<string | undefined>
  /** A new one in place of one that was refused. Throws as `accessToken`. */
  renewed(): Promise<string | undefined>
}

export interface Sessions {
  open(request: Request): Promise<Session | undefined>
  /** Begins one under a new id. Returns the `Set-Cookie` value. */
  start(kept: { readonly tokens: Tokens; readonly person: SignedInPerson }): Promise<string>
  /** Ends it. Returns the `Set-Cookie` value and, where there was a session, its tokens. */
  end(request: Request): Promise<{ cookie: string; tokens: Tokens | undefined }>
}

interface Kept {
  readonly tokens: Tokens
  readonly person: SignedInPerson
}

/** A token that is about to expire would do so on its way. */
const spareSeconds = 20

export interface SessionsOptions {
  readonly issuer: Issuer
  readonly store: () => Promise<UiSessions>
  readonly settings: UiSettings
  readonly clock: Clock
  readonly random: Random
}

export function createSessions({ issuer, store, settings, clock, random }: SessionsOptions): Sessions {
  /** Refreshes under way by session, so that the requests of one page share one. */
  const refreshing = new Map<string, Promise<Tokens>>()

  async function read(request: Request): Promise<{ cookie: string; kept: Kept } | undefined> {
    const cookie = readSessionCookie(request, settings)
    const kept = cookie === undefined ? undefined : await find(cookie)
    return cookie === undefined || kept === undefined ? undefined : { cookie, kept }
  }

  async function find(cookie: string): Promise<Kept | undefined> {
    const found = await (await store()).find(hashToken(cookie))
    const text = found === undefined ? undefined : unsealSession(found.sealed, cookie)
    return text === undefined ? undefined : (JSON.parse(text) as Kept)
  }

  function refreshed(cookie: string, kept: Kept): Promise<Tokens> {
    const id = hashToken(cookie)
    const running = refreshing.get(id) ?? refresh(cookie, kept).finally(() => refreshing.delete(id))
    refreshing.set(id, running)
    return running
  }

  async function refresh(cookie: string, kept: Kept): Promise<Tokens> {
    const sessions = await store()
    const id = hashToken(cookie)
    try {
      const tokens = await issuer.refresh(kept.tokens)
      if (await sessions.replace(id, sealSession(JSON.stringify({ ...kept, tokens }), cookie))) return tokens
      // Signed out meanwhile, in another tab: what was just given must not live on.
      await issuer.revoke(tokens)
      throw new Fault('unauthenticated', 'You have been signed out.')
    } catch (error) {
      if (!(error instanceof Fault && error.kind === 'unauthenticated')) throw error
      // Another process may have used the same refresh token just before.
      const now = await find(cookie)
      if (now !== undefined && now.tokens.refreshToken !== kept.tokens.refreshToken) return now.tokens
      await sessions.delete(id)
      throw error
    }
  }

  return {
    async open(request) {
      const found = await read(request)
      if (found === undefined) return undefined
      const { cookie, kept } = found
      let { tokens } = kept
      const formToken = sha256(`ui form\n${cookie}`)
      const renewed = async () => {
        tokens = await refreshed(cookie, { ...kept, tokens })
        return tokens.accessToken
      }
      return {
        person: kept.person,
        formToken,
        isGenuine: (sent) => equalSecrets(sent, formToken),
        accessToken: async () =>
          tokens.accessExpiresAt - spareSeconds > unixSeconds(clock) ? tokens.accessToken : renewed(),
        renewed,
      }
    },
    async start(kept) {
      const cookie = random.token(32)
      const { sessionTtlSeconds } = settings
      await (await store()).create({
        id: hashToken(cookie),
        sealed: sealSession(JSON.stringify(kept), cookie),
        expiresAt: unixSeconds(clock) + sessionTtlSeconds,
      })
      return sessionCookie(cookie, settings, sessionTtlSeconds)
    },
    async end(request) {
      const found = await read(request)
      if (found !== undefined) await (await store()).delete(hashToken(found.cookie))
      return { cookie: sessionCookie('', settings, 0), tokens: found?.kept.tokens }
    },
  }
}
