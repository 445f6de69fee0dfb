/**
 * The pages as a relying party of this deployment's own issuer: OpenID Connect Core section 3.1 with PKCE, by oauth4webapi.
 * It knows no cookie and no page. Whatever is wrong with an answer is a `Fault`.
 */
import * as oauth from 'oauth4webapi'
import { atFirstUse } from '../../shared/at-first-use.ts'
import type { OwnerId } from '../../shared/brand.ts'
import { type Clock, unixSeconds } from '../../shared/clock.ts'
import { Finding } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'
import { uiCallback, uiClientId, uiScope } from '../../shared/ui-client.ts'
import type { UiSettings } from '../dependencies.ts'
import type { Upstream } from '../upstream.ts'

export interface Tokens {
  readonly accessToken: string
  /** Unix seconds. */
  readonly accessExpiresAt: number
  readonly refreshToken: string
  readonly idToken: string
}

export interface SignedInPerson {
  readonly ownerId: OwnerId
  /** Their address, or the name they go by here. */
  readonly account: string
}

/** What only the browser that began a sign-in knows. */
export interface LoginSecrets {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface Issuer {
  /** Where a browser signs in. Throws `Fault('unavailable')`. */
  authorizationUrl(login: LoginSecrets): Promise<URL>
  /** Redeems the answer in the callback's query. Throws `Fault` `forbidden` for an answer that is not to be trusted. */
  redeem(answer: URL, login: LoginSecrets): Promise<{ tokens: Tokens; person: SignedInPerson }>
  /** New tokens. Throws `Fault('unauthenticated')` when the authorization has ended. */
  refresh(tokens: Tokens): Promise<Tokens>
  /** Ends the authorization: its refresh token is worth nothing afterwards, nor are its access tokens (RFC 7009). */
  revoke(tokens: Tokens): Promise<void>
  /** RP-Initiated Logout section 2. */
  logoutUrl(tokens: Tokens): Promise<URL>
}

const patienceMs = 10_000

type Sending = Omit<RequestInit, 'body'> & { readonly body?: BodyInit | null | undefined }

const client: oauth.Client = { client_id: uiClientId }

export function createIssuer(upstream: Upstream, settings: UiSettings, clock: Clock): Issuer {
  const issuer = new URL(settings.issuer)
  const redirectUri = settings.uiBaseUrl + uiCallback
  const jwks: oauth.JWKSCacheInput = {}

  const options = {
    [oauth.customFetch]: (url: string, { body, ...init }: Sending) =>
      upstream(new Request(url, { ...init, body: body ?? null, signal: AbortSignal.timeout(patienceMs) })),
    // Within a deployment, or on loopback; the public address is https or loopback by configuration.
    [oauth.allowInsecureRequests]: true,
  }
  const self = (): oauth.Client => ({ ...client, [oauth.clockSkew]: Math.round((clock.now() - Date.now()) / 1000) })

  const metadata = atFirstUse(async () => {
    const response = await upstreamAnswer(() => oauth.discoveryRequest(issuer, options))
    return judged(() => oauth.processDiscoveryResponse(issuer, response), 'unavailable')
  })
  const endpoint = (url: string | undefined): URL => {
    if (url === undefined) throw new Fault('unavailable', 'The sign-in server lacks an address that is needed.')
    return new URL(url)
  }
  const tokensOf = (answer: oauth.TokenEndpointResponse, earlier?: Tokens): Tokens => ({
    accessToken: answer.access_token,
    accessExpiresAt: unixSeconds(clock) + (answer.expires_in ?? 60),
    refreshToken: answer.refresh_token ?? earlier?.refreshToken ?? '',
    idToken: answer.id_token ?? earlier?.idToken ?? '',
  })

  return {
    async authorizationUrl({ state, nonce, verifier }) {
      const url = endpoint((await metadata()).authorization_endpoint)
      const parameters = {
        response_type: 'code',
        client_id: uiClientId,
        redirect_uri: redirectUri,
        scope: uiScope,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return url
    },

    async redeem(answer, { state, nonce, verifier }) {
      const server = await metadata()
      const parameters = await judged(
        async () => oauth.validateAuthResponse(server, client, answer, state),
        'forbidden',
      )
      // RFC 6749 section 4.1.2: otherwise it is no answer, and nothing to ask the issuer about.
      if (parameters.getAll('code').length !== 1) throw new Fault('forbidden', messages.forbidden)
      const response = await upstreamAnswer(() =>
        oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirectUri, verifier, options),
      )
      const redeemed = await judged(async () => {
        const checked = await oauth.processAuthorizationCodeResponse(server, self(), response, {
          expectedNonce: nonce,
          requireIdToken: true,
        })
        await oauth.validateApplicationLevelSignature(server, response, { ...options, [oauth.jwksCache]: jwks })
        return checked
      }, 'forbidden')
      const subject = oauth.getValidatedIdTokenClaims(redeemed)?.sub ?? ''
      const told = await upstreamAnswer(() => oauth.userInfoRequest(server, client, redeemed.access_token, options))
      const claims = await judged(() => oauth.processUserInfoResponse(server, client, subject, told), 'unavailable')
      return {
        tokens: tokensOf(redeemed),
        person: { ownerId: subject as OwnerId, account: claims.email ?? claims.name ?? 'you' },
      }
    },

    async refresh(tokens) {
      const server = await metadata()
      const response = await upstreamAnswer(() =>
        oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refreshToken, options),
      )
      if (response.status >= 500 || response.status === 429)
        throw unavailable(new Finding('the token endpoint failed', { status: response.status }))
      return tokensOf(
        await judged(() => oauth.processRefreshTokenResponse(server, self(), response), 'unauthenticated'),
        tokens,
      )
    },

    async revoke({ refreshToken }) {
      const server = await metadata()
      const response = await upstreamAnswer(() =>
        oauth.revocationRequest(server, client, oauth.None(), refreshToken, options),
      )
      await judged(() => oauth.processRevocationResponse(response), 'unavailable')
    },

    async logoutUrl({ idToken }) {
      const url = endpoint((await metadata()).end_session_endpoint)
      url.searchParams.set('id_token_hint', idToken)
      url.searchParams.set('client_id', uiClientId)
      url.searchParams.set('post_logout_redirect_uri', `${settings.uiBaseUrl}/`)
      return url
    },
  }
}

const unavailable = (cause: unknown) =>
  new Fault('unavailable', 'The sign-in server does not answer. Try again in a moment.', {
    retryAfterSeconds: 5,
    cause,
  })

/** An answer of any status; a server that does not answer is `unavailable`. */
async function upstreamAnswer(send: () => Promise<Response>): Promise<Response> {
  try {
    return await send()
  } catch (cause) {
    throw cause instanceof Fault ? cause : unavailable(cause)
  }
}

/** What the library makes of an answer; what it refuses is a fault of the given kind, with its reason for the log. */
async function judged<T>(check: () => Promise<T>, kind: 'forbidden' | 'unauthenticated' | 'unavailable'): Promise<T> {
  try {
    return await check()
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault(kind, messages[kind], { cause })
  }
}

const messages = {
  forbidden: 'This sign-in cannot be finished: it was begun elsewhere, or answered already. Please sign in again.',
  unauthenticated: 'You have been signed out.',
  unavailable: 'The sign-in server does not answer as it should. Try again in a moment.',
} as const
