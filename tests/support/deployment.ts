import type { Environment } from '../../src/config/read.ts'
import { sha256 } from '../../src/shared/hash.ts'
import { createBrowser, signInAndAllow } from './browser.ts'
import { addressOf, startProcesses } from './deployment-processes.ts'
import { memoryVariables } from './memory-stores.ts'
import { raisedLimits } from './raised-limits.ts'
import { temporaryFolder } from './temporary-folder.ts'

export { addressOf, issuer, origin } from './deployment-processes.ts'
export const redirectUri = 'http://127.0.0.1:3333/callback'

/** The whole product in this test's process, as main starts it, on a fresh folder and without a port. */
export async function deploy(environment: Environment = {}) {
  const dataDir = environment.DATA_DIR ?? temporaryFolder('deployment')
  const { config, dependencies, serve, shared, close } = await startProcesses({
    LOG_LEVEL: 'silent',
    ...raisedLimits,
    ...memoryVariables(dataDir),
    ...environment,
    DATA_DIR: dataDir,
  })
  const send = (path: string, init?: RequestInit) => serve(new Request(addressOf(path), init), { address: '127.0.0.1' })
  const issueCode = async (user?: string) => {
    const issued = await dependencies.people?.issueCode(user)
    if (issued === undefined) throw new Error('no people here')
    return issued.code
  }
  const json = (path: string, body: unknown, method = 'POST') =>
    send(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const form = (path: string, fields: Record<string, string> | URLSearchParams, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })

  /** Registers a public client, or one of another kind. */
  async function register(metadata: Record<string, unknown> = {}): Promise<Registered> {
    const response = await json('/auth/register', {
      client_name: 'Test client',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      ...metadata,
    })
    if (response.status !== 201) throw new Error(`registration: ${response.status} ${await response.text()}`)
    return (await response.json()) as Registered
  }

  const browser = () => createBrowser(addressOf, (request) => serve(request, { address: '127.0.0.1' }))

  /** Signs a person in through the pages and redeems the code: the tokens a client would hold. */
  async function signIn(
    client: { client_id: string },
    { user, scope = 'openid memories:read memories:write', using = browser(), ...more }: SignIn = {},
  ): Promise<Tokens> {
    const { code } = await authorize(client, { user, scope, using, ...more })
    const response = await form('/auth/token', {
      grant_type: 'authorization_code',
      code,
      client_id: client.client_id,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    })
    if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`)
    return (await response.json()) as Tokens
  }

  async function authorize(
    client: { client_id: string },
    { user, scope = 'openid memories:read memories:write', using = browser(), ...more }: SignIn = {},
  ): Promise<{ code: string; answer: URL }> {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      scope,
      state: 'the-state',
      code_challenge: sha256(verifier),
      code_challenge_method: 'S256',
      ...more.parameters,
    })
    const answer = await signInAndAllow(using, `/auth/authorize?${query}`, () => issueCode(user))
    return { code: answer.searchParams.get('code') ?? '', answer }
  }

  return {
    config,
    shared,
    dependencies,
    serve,
    send,
    json,
    form,
    issueCode,
    register,
    browser,
    signIn,
    authorize,
    close,
  }
}

export const verifier = 'a-verifier-of-at-least-forty-three-characters-0123456789'

export interface Registered {
  client_id: string
  client_secret?: string
  registration_access_token: string
  registration_client_uri: string
}

export interface Tokens {
  access_token: string
  refresh_token: string
  id_token: string
  scope: string
  expires_in: number
}

interface SignIn {
  user?: string | undefined
  scope?: string
  using?: ReturnType<typeof createBrowser>
  parameters?: Record<string, string>
}

export type Deployment = Awaited<ReturnType<typeof deploy>>
