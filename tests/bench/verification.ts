/**
 * What a process of the resources spends on judging tokens, with the keys of another process: `bun tests/bench/verification.ts`.
 * A mixed run: every token is new once and comes back; one in fifty is forged. The key set is fetched over loopback HTTP.
 */
import { SignJWT } from 'jose'
import { remoteKeys } from '../../src/resource/key-source.ts'
import type { RevocationFeed } from '../../src/resource/ports.ts'
import { createTokenVerifier } from '../../src/resource/verifier.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { InvalidToken } from '../../src/shared/invalid-token.ts'

const tokenCount = 2_000
const repeats = 9
const audience = 'https://mcp.example.com'
const issuer = 'https://oidc.example.com'

const { privateKey, publicKey } = await crypto.subtle.generateKey(
  { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  true,
  ['sign', 'verify'],
)
const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json({ keys: [jwk] }) })

const nothing: RevocationFeed = {
  revoke: async () => {},
  since: async () => ({ revocations: [], cursor: '' }),
  subscribe: () => () => {},
  freshAt: () => Date.now(),
  catchUp: async () => {},
  close: async () => {},
}
const times = { cached: [] as number[], uncached: [] as number[] }
let [hits, misses] = [0, 0]
const verifier = createTokenVerifier({
  issuer,
  feed: nothing,
  clock: systemClock,
  keys: remoteKeys(new URL(`http://127.0.0.1:${server.port}/auth/jwks`), fetch, {
    hit: () => void hits++,
    miss: () => void misses++,
  }),
  metrics: {
    tokenValidated(_outcome, cached, milliseconds) {
      times[cached ? 'cached' : 'uncached'].push(milliseconds)
    },
  },
})

const now = Math.floor(Date.now() / 1000)
const tokens = await Promise.all(
  Array.from({ length: tokenCount }, (_, n) =>
    new SignJWT({ client_id: 'bench', scope: 'memories:read', jti: `token-${n}` })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'bench' })
      .setIssuer(issuer)
      .setSubject(`person-${n % 100}`)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + 3_600)
      .sign(privateKey),
  ),
)
for (let round = 0; round <= repeats; round++) {
  for (const [n, token] of tokens.entries()) {
    await verifier.verify(token, [audience])
    if (n % 50 !== 0) continue
    await verifier.verify(`${token.slice(0, -20)}AAAA${token.slice(-16)}`, [audience]).catch((error: unknown) => {
      if (!(error instanceof InvalidToken)) throw error
    })
  }
}

const percentile = (values: number[], share: number) =>
  (values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) * share)] ?? 0).toFixed(3)
for (const kind of ['cached', 'uncached'] as const) {
  const values = times[kind]
  console.log(
    `${kind.padEnd(9)} ${values.length} tokens, p50 ${percentile(values, 0.5)} ms, p99 ${percentile(values, 0.99)} ms, max ${percentile(values, 1)} ms`,
  )
}
console.log(`key set   ${hits} hits, ${misses} misses: ${((100 * hits) / (hits + misses)).toFixed(2)} %`)
verifier.close()
await server.stop(true)
