/**
 * The authorization server alone, over real routes, stores and keys, with a clock that stands until a test moves it. In one process, or
 * in two that take requests in turns (auth-shape.ts).
 */
import { createClientDocuments } from '../../src/oidc/clients/documents.ts'
import type { OidcDependencies } from '../../src/oidc/dependencies.ts'
import { createPeople } from '../../src/oidc/people.ts'
import type { Client, IdentityProvider, OidcSettings, Outbound } from '../../src/oidc/ports.ts'
import { oidcSurface } from '../../src/oidc/routes.ts'
import { createKeyRing } from '../../src/oidc/tokens/key-ring.ts'
import { localKeys } from '../../src/resource/key-source.ts'
import { createTokenVerifier } from '../../src/resource/verifier.ts'
import type { ClientId } from '../../src/shared/brand.ts'
import { hashToken, sha256 } from '../../src/shared/hash.ts'
import { createLog, type Log } from '../../src/shared/log.ts'
import { createRandom } from '../../src/shared/random.ts'
import { authShape, inTurns } from './auth-shape.ts'
import { type Browser, createBrowser, type Departure, formOf, type Page } from './browser.ts'
import type { Outage } from './outage.ts'
import { openSignInProcesses, type SignInProcesses } from './sign-in-processes.ts'
import { testClock } from './time.ts'

export const verifier = 'a-verifier-of-at-least-forty-three-characters-0123456789'
export const clientSecret = 'the-secret-of-a-confidential-client'
export const callback = 'https://app.example/callback'

export interface ServerOptions {
  /** When its clock stands, in Unix milliseconds. */
  readonly startMs?: number
  readonly issuer?: string
  readonly settings?: Partial<OidcSettings>
  /** Who answers at the addresses that clients name; nobody unless given. */
  readonly outbound?: Outbound
  readonly identityProviders?: readonly IdentityProvider[]
  /** Nothing is logged unless given. */
  readonly log?: Log
  /** Makes the stores fail when a test says so. */
  readonly outage?: Outage
}

const noWayOut: Outbound = {
  resolve: () => Promise.reject(new Error('no such host')),
  get: () => Promise.reject(new Error('no connection')),
}

export async function startAuthorizationServer(options: ServerOptions = {}) {
  const { issuer = 'https://memory.example', identityProviders = [], outbound = noWayOut } = options
  const clock = testClock(options.startMs)
  const random = createRandom(clock)
  const apart = authShape === 'one-process' ? issuer : 'https://api.memory.example'
  const settings: OidcSettings = {
    issuer,
    apiBaseUrl: apart,
    uiBaseUrl: apart,
    accessTokenTtlSeconds: 3_600,
    idTokenTtlSeconds: 3_600,
    refreshTokenTtlSeconds: 86_400 * 60,
    refreshGraceSeconds: 30,
    codeTtlSeconds: 60,
    sessionTtlSeconds: 86_400 * 14,
    allowedEmails: [],
    allowedDomains: [],
    maxDynamicClients: 100,
    unusedClientTtlSeconds: 86_400,
    command: 'souvenir',
    ...options.settings,
  }
  const { processes, heard, close: closeProcesses } = await openSignInProcesses(clock)
  const dependenciesOf = ({ stores: opened, feed, keyStore }: SignInProcesses[0]) => {
    const stores = options.outage?.wrap(opened) ?? opened
    const keyRing = createKeyRing({ store: keyStore, clock, tokenTtlSeconds: 3_600 })
    return {
      settings,
      clock,
      random,
      log: options.log ?? createLog('silent'),
      stores,
      keyRing,
      documents: createClientDocuments({ outbound, clock, clients: stores.clients, settings }),
      feed,
      verifier: createTokenVerifier({ issuer, keys: localKeys(keyRing, clock), feed, clock }),
      identityProviders,
    } satisfies OidcDependencies
  }
  const [first, ...others] = processes
  const dependencies = dependenciesOf(first)
  const everywhere = [dependencies, ...others.map(dependenciesOf)] as const
  const people = createPeople(dependencies)
  const [app, ...otherApps] = everywhere.map((one) => oidcSurface(one).routes)
  if (app === undefined) throw new Error('there is one at least')
  const next = inTurns([app, ...otherApps])
  const serve = async (request: Request): Promise<Response> => {
    await heard()
    return next().handle(request)
  }
  const send = (path: string, init?: RequestInit) => serve(new Request(new URL(path, issuer), init))
  const browser = () => createBrowser(issuer, serve)

  /** Registers a client as the operator would: public, with one https redirect URI, unless changed. */
  async function addClient(changes: Partial<Client> = {}): Promise<Client> {
    const client: Client = {
      id: `client-${random.token(6)}` as ClientId,
      name: 'Test app',
      redirectUris: [callback],
      postLogoutRedirectUris: [],
      authMethods: ['none'],
      grantTypes: ['authorization_code', 'refresh_token'],
      scope: 'openid profile email address phone offline_access memories:read memories:write',
      pkceRequired: true,
      kind: 'manual',
      createdAt: clock.now() / 1000,
      ...changes,
    }
    await dependencies.stores.clients.save(client)
    return client
  }

  /** The authorization URL of a well-formed request; a change to `undefined` leaves that parameter out. */
  function authorizationUrl(client: Pick<Client, 'id'>, changes: Readonly<Record<string, string | undefined>> = {}) {
    const parameters = {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: callback,
      scope: 'openid',
      state: 'the-state',
      code_challenge: sha256(verifier),
      code_challenge_method: 'S256',
      ...changes,
    }
    const sent = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
    return `/auth/authorize?${new URLSearchParams(sent)}`
  }

  /** Types a fresh code into the sign-in page that the browser is on. */
  async function enterCode(using: Browser, page: Page | Departure, user?: string): Promise<Page | Departure> {
    return using.submit(formOf(page, '/code'), { code: (await people.issueCode(user)).code })
  }

  /** From an authorization URL, through whatever pages come, to the address the browser is sent to. */
  async function complete(using: Browser, url: string, user?: string): Promise<URL> {
    let at = await using.open(url)
    if (!('left' in at) && at.url.includes('/auth/signin/')) at = await enterCode(using, at, user)
    if (!('left' in at) && at.url.includes('/auth/consent/'))
      at = await using.submit(formOf(at, '/auth/consent/'), { decision: 'allow' })
    if (!('left' in at)) throw new Error(`still at ${at.url} (${at.status}): ${textOf(at)}`)
    return at.left
  }

  /** Redeems the code in a redirect. Returns the token endpoint's answer. */
  async function redeem(client: Pick<Client, 'id'>, redirect: URL): Promise<TokenAnswer> {
    const response = await send('/auth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: redirect.searchParams.get('code') ?? '',
        client_id: client.id,
        redirect_uri: callback,
        code_verifier: verifier,
      }).toString(),
    })
    if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`)
    return (await response.json()) as TokenAnswer
  }

  return {
    issuer,
    apiBaseUrl: settings.apiBaseUrl,
    /** Of the first process. */
    dependencies,
    clock,
    people,
    /** Moves the clock, and waits until each process's revocation feed has looked again: verifying trusts no feed older than 5 s. */
    async passSeconds(seconds: number) {
      clock.advanceSeconds(seconds)
      for (const { feed } of everywhere) {
        while (feed.freshAt() < clock.now()) await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    serve,
    send,
    browser,
    addClient,
    authorizationUrl,
    enterCode,
    complete,
    redeem,
    async close() {
      for (const { verifier } of everywhere) verifier.close()
      await closeProcesses()
    },
  }
}

export type AuthorizationServer = Awaited<ReturnType<typeof startAuthorizationServer>>

export interface TokenAnswer {
  readonly access_token: string
  readonly id_token: string
  readonly refresh_token?: string
  readonly scope: string
}

/** A confidential client for which PKCE is optional: GPT Actions and the certification suite. */
export const confidentialWithoutPkce = {
  authMethods: ['client_secret_basic', 'client_secret_post'],
  secretHash: hashToken(clientSecret),
  pkceRequired: false,
} as const satisfies Partial<Client>

/** What a person reads on a page. */
export const textOf = (page: Page): string =>
  page.html
    .replace(/<head>[\s\S]*<\/head>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** The page that a browser is on; throws when it left for another server. */
export function pageOf(at: Page | Departure): Page {
  if ('left' in at) throw new Error(`the browser left for ${at.left.href}`)
  return at
}

/** Where the browser was sent; throws with what the page says when it was not. */
export function departureOf(at: Page | Departure): URL {
  if (!('left' in at)) throw new Error(`still at ${at.url} (${at.status}): ${textOf(at)}`)
  return at.left
}
