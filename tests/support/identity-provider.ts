/** A provider that plays Google: real HTTP, real signatures, and hooks that bend what it says. */
import { exportJWK } from 'jose'
import { Events, type MutableResponse, type MutableToken, OAuth2Server } from 'oauth2-mock-server'
import { createGoogle } from '../../src/adapters/google/identity-provider.ts'
import type { IdentityProvider } from '../../src/oidc/ports.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { Secret } from '../../src/shared/secret.ts'
import { rsaKey } from './rsa-keys.ts'

export interface Bending {
  /** Changes the claims of the next tokens; `undefined` takes one out. */
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  /** Changes the next answers of the token endpoint. */
  response?: (response: MutableResponse) => void | Promise<void>
}

const signingKey = async () => ({
  ...(await exportJWK((await rsaKey('identity-provider')).privateKey)),
  alg: 'RS256',
  kid: 'theirs',
})

export async function startIdentityProvider(issuedTo: { issuer: string; hostedDomain?: string }) {
  const server = new OAuth2Server()
  await server.issuer.keys.add(await signingKey())
  await server.start(0, '127.0.0.1')
  const { port } = server.address()
  const url = `http://127.0.0.1:${port}`
  server.issuer.url = url
  let bending: Bending = {}
  server.service.on(Events.BeforeTokenSigning, ({ header, payload }: MutableToken) => {
    Object.assign(header, bending.header)
    Object.assign(payload, { email: 'sam@ok.example', email_verified: true, name: 'Sam' }, bending.claims)
    for (const [name, value] of Object.entries(bending.claims ?? {})) if (value === undefined) delete payload[name]
  })
  server.service.on(Events.BeforeResponse, (response: MutableResponse) => bending.response?.(response))

  const provider: IdentityProvider = createGoogle({
    issuer: new URL(url),
    clientId: 'souvenir-at-google',
    clientSecret: new Secret('their-secret'),
    redirectUri: `${issuedTo.issuer}/auth/signin/callback/google`,
    ...(issuedTo.hostedDomain === undefined ? {} : { hostedDomain: issuedTo.hostedDomain }),
    clock: systemClock,
  })
  return {
    url,
    server,
    provider,
    bend: (how: Bending) => {
      bending = how
    },
    /** What the person's browser does there: it agrees, and is sent back. */
    async agree(to: URL): Promise<string> {
      const response = await fetch(to, { redirect: 'manual' })
      await response.body?.cancel()
      const location = response.headers.get('location')
      if (location === null) throw new Error(`the provider answered ${response.status}`)
      return location
    },
    stop: () => server.stop(),
  }
}

export type TestIdentityProvider = Awaited<ReturnType<typeof startIdentityProvider>>
