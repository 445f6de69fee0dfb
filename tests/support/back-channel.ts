/** What a client does without a browser: codes minted through the stores, and requests to the endpoints that programs call. */
import { afterAll } from 'bun:test'
import { issueCode } from '../../src/oidc/authorize/issue-code.ts'
import { recordGrant } from '../../src/oidc/consent/record.ts'
import type { AuthorizationRequest, Client } from '../../src/oidc/ports.ts'
import { ensureConsoleUser } from '../../src/oidc/signin/account.ts'
import type { OwnerId } from '../../src/shared/brand.ts'
import { sha256 } from '../../src/shared/hash.ts'
import {
  type AuthorizationServer,
  callback,
  startAuthorizationServer,
  type TokenAnswer,
  verifier,
} from './authorization-server.ts'

export interface Refusal {
  readonly status: number
  readonly error: string
  readonly error_description: string
}

/** The status and the body of an answer that is an OAuth error (RFC 6749 section 5.2). */
export async function refusalOf(response: Response): Promise<Refusal> {
  const body = (await response.json()) as Omit<Refusal, 'status'>
  if (typeof body.error !== 'string') throw new Error(`${response.status} is no error: ${JSON.stringify(body)}`)
  return { status: response.status, ...body }
}

export const basic = (id: string, secret: string) => ({
  authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
})
export const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

/** A server for the tests of a file, a client of it, and what the client sends. It ends behind the tests. */
export async function startBackChannel(
  options: Parameters<typeof startAuthorizationServer>[0] = {},
  client: Parameters<AuthorizationServer['addClient']>[0] = {},
) {
  const server = await startAuthorizationServer(options)
  afterAll(() => server.close())
  return { server, back: backChannel(server), client: await server.addClient(client) }
}

export function backChannel(server: AuthorizationServer) {
  const { dependencies } = server

  /** Posts a form. A list of pairs may name a parameter twice. */
  const post = (
    path: string,
    fields: Readonly<Record<string, string | undefined>> | readonly (readonly [string, string])[],
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const pairs = Array.isArray(fields) ? fields : Object.entries(fields).filter(([, value]) => value !== undefined)
    return server.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString(),
    })
  }

  /** A code as the consent page would issue it; with a challenge unless the client need not send one. */
  async function mintCode(client: Client, changes: Partial<AuthorizationRequest> = {}, by?: OwnerId) {
    const withoutChallenge = !client.pkceRequired
    const ownerId = by ?? (await ensureConsoleUser('owner', dependencies)).id
    const request: AuthorizationRequest = {
      clientId: client.id,
      redirectUri: callback,
      redirectUriSent: true,
      responseMode: 'query',
      scopes: ['openid', 'profile', 'email', 'offline_access', 'memories:read', 'memories:write'],
      resources: [],
      prompts: [],
      ...(withoutChallenge ? {} : { codeChallenge: sha256(verifier) }),
      ...changes,
    }
    const grant = await recordGrant({ ownerId, client, request }, dependencies)
    const signedIn = { ownerId, authTime: server.clock.now() / 1000 - 60 }
    return issueCode({ request, signedIn, grant, sessionId: undefined }, dependencies)
  }

  const redeem = (client: Pick<Client, 'id'>, code: string, more: Readonly<Record<string, string | undefined>> = {}) =>
    post('/auth/token', {
      grant_type: 'authorization_code',
      code,
      client_id: client.id,
      redirect_uri: callback,
      code_verifier: verifier,
      ...more,
    })

  const refresh = (
    client: Pick<Client, 'id'>,
    token: string,
    more: Readonly<Record<string, string | undefined>> = {},
  ) => post('/auth/token', { grant_type: 'refresh_token', refresh_token: token, client_id: client.id, ...more })

  /** The tokens of a fresh authorization of a public client. */
  async function tokensFor(client: Client, changes: Partial<AuthorizationRequest> = {}, by?: OwnerId) {
    return tokensOf(await redeem(client, await mintCode(client, changes, by)))
  }

  return {
    post,
    mintCode,
    redeem,
    refresh,
    tokensFor,
    userinfo: (token: string) => server.send('/auth/userinfo', bearer(token)),
    /** Registers as a program would (RFC 7591). */
    register: (metadata: unknown) =>
      server.send('/auth/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(metadata),
      }),
  }
}

export type Tokens = TokenAnswer & { readonly refresh_token: string; readonly expires_in: number }

/** The tokens of a successful answer; throws with what it says otherwise. */
export async function tokensOf(response: Response): Promise<Tokens> {
  if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`)
  return (await response.json()) as Tokens
}
