import type { Environment } from '../../src/config/read.ts'
import { type Deployment, deploy } from './deployment.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  // Answers are looked at with toMatchObject; their shapes are what the tests are about.
  readonly body: ReturnType<typeof JSON.parse>
}

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** The whole product with one person in it, who calls its API. */
export async function deployFor(
  user: string,
  environment?: Environment,
): Promise<{ deployment: Deployment; call: Call }> {
  const deployment = await deploy(environment)
  await deployment.dependencies.people?.add(user)
  return { deployment, call: await restCaller(deployment, user) }
}

/** What a client registers for and asks for that may delete the whole account. */
export const withAccount = 'openid memories:read memories:write account:delete'

/** Calls `/api/v1` with a token that this person's sign-in gave; a client that names a scope registers for it and asks for it. */
export async function restCaller(deployment: Deployment, user: string, scope?: string): Promise<Call> {
  const named = scope === undefined ? {} : { scope }
  const { access_token } = await deployment.signIn(await deployment.register(named), { user, ...named })
  return async (method, path, body, headers = {}) => {
    const response = await deployment.send(`/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${access_token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
}
