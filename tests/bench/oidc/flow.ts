/** Authorize to token: a signed-in browser's request, answered with a code at once, and the code redeemed. One after the other. */
import { sha256 } from '../../../src/shared/hash.ts'
import { type Answer, requestText } from '../http-connection.ts'
import { expectStatus, type Scenario } from '../load.ts'

export const verifier = 'a-verifier-of-at-least-forty-three-characters-0123456789'
export const callback = 'https://app.example/callback'
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** A server as the bench sees it. */
export interface Measurable {
  readonly authorizePath: string
  readonly tokenPath: string
  readonly clientId: string
  /** The cookies of a browser in which somebody signed in and allowed the client. */
  readonly cookie: string
  readonly resource: string
}

export function authorizationUrl({ authorizePath, clientId, resource }: Omit<Measurable, 'cookie'>, scope: string) {
  return `${authorizePath}?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope,
    resource,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
  })}`
}

/** Two requests each; the answer of the second has an access token and an ID token: two signatures. */
export function flow(name: string, server: Measurable, connections: number): Scenario {
  const authorize = requestText('GET', authorizationUrl(server, 'openid memories:read'), { cookie: server.cookie })
  const codes: (string | undefined)[] = []
  return {
    name,
    connections,
    request(at) {
      const code = codes[at]
      if (code === undefined) return authorize
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        client_id: server.clientId,
        redirect_uri: callback,
        code_verifier: verifier,
      })
      return requestText('POST', server.tokenPath, form, body.toString())
    },
    received(answer, at) {
      if (codes[at] === undefined) codes[at] = codeOf(answer)
      else {
        expectStatus(answer, 200)
        codes[at] = undefined
      }
    },
  }
}

function codeOf(answer: Answer): string {
  expectStatus(answer, 303)
  const code = /[?&]code=([^&\s]+)/.exec(answer.head)?.[1]
  if (code === undefined) throw new Error(`no code: ${answer.head}`)
  return code
}
