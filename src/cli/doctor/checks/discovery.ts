import { type Check, fail, pass, shown } from '../check.ts'

const path = '/.well-known/openid-configuration'
const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'registration_endpoint'] as const

/** OpenID Connect Discovery 1.0 section 4.3: `issuer` is byte for byte what the client asked with. */
export const discovery: Check = {
  name: 'discovery',
  async run({ issuer, ask }) {
    const answer = await ask(issuer + path)
    if (answer.status !== 200 || answer.json === undefined) {
      return fail(
        `${issuer}${path}: ${shown(answer)}`,
        'ChatGPT finds no OpenID configuration: send this host (all of /.well-known and /auth) to oidc-auth-server, and see that it runs.',
      )
    }
    const { json } = answer
    if (json.issuer !== issuer) {
      return fail(
        `issuer is ${JSON.stringify(json.issuer)}, asked was ${issuer}`,
        'Set OIDC_BASE_URL to the address that clients use, exactly: scheme, host, no slash at the end.',
      )
    }
    const elsewhere = needed.filter((name) => !String(json[name] ?? '').startsWith(`${issuer}/`))
    if (elsewhere.length > 0) {
      return fail(
        `${elsewhere.map((name) => `${name} is ${JSON.stringify(json[name])}`).join(', ')}`,
        'Something between changes the document; serve it as it is.',
      )
    }
    return pass(`the issuer is ${issuer}`)
  },
}
