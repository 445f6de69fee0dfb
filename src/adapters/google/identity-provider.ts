/**
 * Sign-in with Google, or with another OpenID provider found by discovery (GOOGLE_ISSUER). arctic builds the request; the
 * answer is fetched with a deadline and a limit, which arctic's own request has not, and jose verifies the ID token, which
 * arctic does not. Opened by dependencies.ts; knows nothing of who is let in.
 */
import { CodeChallengeMethod, OAuth2Client, OAuth2Tokens } from 'arctic'
import type { JWTVerifyGetKey } from 'jose'
import type { IdentityProvider } from '../../oidc/ports.ts'
import type { Clock } from '../../shared/clock.ts'
import { Finding } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'
import type { Secret } from '../../shared/secret.ts'
import { boundedFetch, jsonObject } from './bounded-fetch.ts'
import { providerKeys, refused, verifyIdToken } from './id-token.ts'
import { discoverMetadata, googleIssuer, googleMetadata, withoutSlash } from './metadata.ts'

export interface GoogleOptions {
  readonly issuer: URL
  readonly clientId: string
  readonly clientSecret: Secret
  /** `{our issuer}/auth/signin/callback/google`, as it is registered at the provider. */
  readonly redirectUri: string
  /** People are shown that domain's accounts. A hint: the `hd` claim is what counts. */
  readonly hostedDomain?: string
  readonly clock: Clock
}

const scopes = ['openid', 'email', 'profile']

/** Asks nobody anything until the first sign-in. */
export function createGoogle(options: GoogleOptions): IdentityProvider {
  const { clientId, redirectUri, hostedDomain, clock } = options
  const issuer = withoutSlash(options.issuer.href)
  const isGoogle = issuer === googleIssuer
  const metadata = isGoogle ? async () => googleMetadata : discoverMetadata(issuer, clock)
  const client = new OAuth2Client(clientId, options.clientSecret.reveal(), redirectUri)
  let keys: { readonly uri: string; readonly get: JWTVerifyGetKey } | undefined
  const keysAt = (uri: string) => {
    if (keys?.uri !== uri) keys = { uri, get: providerKeys(uri) }
    return keys.get
  }

  return {
    name: 'google',
    label: isGoogle ? 'Google' : options.issuer.host,
    async authorizationUrl({ state, verifier, nonce, loginHint, selectAccount }) {
      const { authorizationEndpoint } = await metadata()
      const url = client.createAuthorizationURLWithPKCE(
        authorizationEndpoint,
        state,
        CodeChallengeMethod.S256,
        verifier,
        scopes,
      )
      url.searchParams.set('nonce', nonce)
      if (selectAccount) url.searchParams.set('prompt', 'select_account')
      if (loginHint !== undefined) url.searchParams.set('login_hint', loginHint)
      if (hostedDomain !== undefined) url.searchParams.set('hd', hostedDomain)
      return url
    },
    async exchange({ code, verifier, nonce, issuer: answeredBy }) {
      const found = await metadata()
      // RFC 9207 section 2.4: an answer that another server gave is refused before its code is sent anywhere.
      if (answeredBy !== undefined && !found.issuers.includes(answeredBy)) throw refused(new Finding('another iss'))
      const idToken = await redeem(found.tokenEndpoint, { code, verifier }, options)
      const expected = { metadata: found, keys: keysAt(found.jwksUri), clientId, nonce, now: new Date(clock.now()) }
      return verifyIdToken(idToken, expected)
    },
  }
}

/** RFC 6749 section 4.1.3, the client authenticated by POST body, which Google documents. Returns the ID token. */
async function redeem(
  tokenEndpoint: string,
  { code, verifier }: { readonly code: string; readonly verifier: string },
  { clientId, clientSecret, redirectUri }: GoogleOptions,
): Promise<string> {
  const response = await boundedFetch(tokenEndpoint, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      client_id: clientId,
      client_secret: clientSecret.reveal(),
    }),
  })
  const answer = await jsonObject(response)
  const error = typeof answer.error === 'string' ? answer.error : undefined
  if (error === 'invalid_client' || error === 'unauthorized_client')
    throw new Fault(
      'unavailable',
      'The sign-in provider does not accept this server; whoever runs it must check GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET.',
      {
        code: 'provider_misconfigured',
        cause: new Finding('the token endpoint refused', { error, status: response.status }),
      },
    )
  if (response.status >= 500)
    throw new Fault('unavailable', 'The sign-in provider has a problem. Please try again in a moment.', {
      cause: new Finding('the token endpoint failed', { status: response.status }),
    })
  if (response.status !== 200 || error !== undefined)
    throw refused(new Finding('the token endpoint refused', { error, status: response.status }))
  try {
    return new OAuth2Tokens(answer).idToken()
  } catch (cause) {
    throw refused(cause)
  }
}
