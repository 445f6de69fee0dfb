import { type Check, fail, pass, shown, warn } from '../check.ts'

const fewestBits = 2048
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

/** RFC 7517, RFC 7518 section 3.3: an RSA key of 2048 bits or more, its public half only. */
export const jwks: Check = {
  name: 'JWKS',
  async run({ issuer, ask }) {
    const metadata = await ask(`${issuer}/.well-known/openid-configuration`)
    const url = typeof metadata.json?.jwks_uri === 'string' ? metadata.json.jwks_uri : `${issuer}/auth/jwks`
    const answer = await ask(url)
    const keys = Array.isArray(answer.json?.keys) ? (answer.json.keys as Record<string, unknown>[]) : undefined
    if (answer.status !== 200 || keys === undefined) {
      return fail(
        `${url}: ${shown(answer)}`,
        'Send /auth/jwks to oidc-auth-server; its log says if it cannot read its keys.',
      )
    }
    const leaked = keys.some((key) => privateMembers.some((member) => member in key))
    if (leaked)
      return fail(
        'a private key is published',
        'Take it down, rotate the key (the command keys rotate), sign everybody out.',
      )
    const signing = keys.filter(
      ({ kty, alg, use }) => kty === 'RSA' && (alg ?? 'RS256') === 'RS256' && (use ?? 'sig') === 'sig',
    )
    if (signing.length === 0)
      return fail(`${keys.length} keys, none of them RSA for RS256`, 'Mount an RSA key: OIDC_PRIVATE_KEY_FILE.')
    const bits = Math.min(...signing.map(({ n }) => bitsOf(String(n))))
    if (bits < fewestBits) {
      return fail(
        `an RSA key of ${bits} bits`,
        `Use one of ${fewestBits} or more: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`,
      )
    }
    const age = /max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')?.[1]
    if (age === undefined || Number(age) > 3_600) {
      return warn(
        `${signing.length} RSA keys of ${bits} bits, cache-control is ${answer.headers.get('cache-control')}`,
        'A cache in front holds keys too long for a rotation: let it respect ours.',
      )
    }
    return pass(`${signing.length} RSA keys, ${bits} bits or more`)
  },
}

const bitsOf = (modulus: string): number => {
  const bytes = Buffer.from(modulus, 'base64url')
  return bytes.length === 0 ? 0 : bytes.length * 8 - Math.clz32(bytes[0] ?? 0) + 24
}
