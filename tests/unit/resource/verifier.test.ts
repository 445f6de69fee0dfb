import { describe, expect, test } from 'bun:test'
import { createHmac, type KeyObject } from 'node:crypto'
import { exportJWK, exportSPKI, SignJWT } from 'jose'
import { audienceGroup } from '../../../src/resource/audience.ts'
import { localKeys } from '../../../src/resource/key-source.ts'
import type { Revocation, RevocationFeed } from '../../../src/resource/ports.ts'
import { createTokenVerifier } from '../../../src/resource/verifier.ts'
import type { Clock } from '../../../src/shared/clock.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { InvalidToken } from '../../../src/shared/invalid-token.ts'
import { rsaKey } from '../../support/rsa-keys.ts'
import { testClock } from '../../support/time.ts'

const issuer = 'https://memory.example.com'
const audiences = audienceGroup(issuer)
const own = await rsaKey('issuer')
const foreign = await rsaKey('foreign')
const publicJwk = { ...(await exportJWK(own.publicKey)), kty: 'RSA', kid: 'k1', alg: 'RS256' } as {
  kty: string
  kid: string
  n: string
  e: string
}

function setUp() {
  const clock = testClock()
  const feed = testFeed(clock)
  let published = [publicJwk]
  let reads = 0
  const keys = localKeys(
    {
      async publicKeys() {
        reads++
        return published
      },
    },
    clock,
  )
  const verifier = createTokenVerifier({ issuer, keys, feed, clock })
  return {
    clock,
    feed,
    verifier,
    verify: (token: string) => verifier.verify(token, audiences),
    publish: (next: typeof published) => {
      published = next
    },
    reads: () => reads,
  }
}

function testFeed(clock: Clock) {
  const listeners = new Set<(revocation: Revocation) => void>()
  const kept: Revocation[] = []
  let lostAt: number | undefined
  let deafAt: number | undefined
  let answersLater = false
  let asked = 0
  return {
    lose: () => {
      lostAt = clock.now()
    },
    /** Nothing is heard until the feed is asked, which answers before it returns, or later. */
    standStill: (answers: 'before it returns' | 'later') => {
      deafAt = clock.now()
      answersLater = answers === 'later'
    },
    asked: () => asked,
    async revoke(revocation: Revocation) {
      kept.push(revocation)
      if (deafAt !== undefined) return
      for (const listener of listeners) listener(revocation)
    },
    since: async () => ({ revocations: kept, cursor: String(kept.length) }),
    subscribe(listener: (revocation: Revocation) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    freshAt: () => lostAt ?? deafAt ?? clock.now(),
    async catchUp() {
      asked++
      if (lostAt !== undefined) return new Promise<void>(() => {})
      if (answersLater) await new Promise((resolve) => setTimeout(resolve, 1))
      deafAt = undefined
      for (const listener of listeners) kept.forEach(listener)
    },
    close: async () => {},
  } satisfies RevocationFeed & Record<string, unknown>
}

interface Bend {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: KeyObject
}
const token = (clock: Clock, { claims = {}, header = {}, key = own.privateKey }: Bend = {}) => {
  const now = Math.floor(clock.now() / 1000)
  const payload = {
    iss: issuer,
    sub: 'ada',
    aud: [issuer],
    client_id: 'client',
    scope: 'memories:read openid',
    exp: now + 3600,
    iat: now,
    jti: 't1',
    gid: 'g1',
    fid: 'f1',
    ...claims,
  }
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt', ...header })
    .sign(key, { crit: { x: true } })
}
const refused = async (work: Promise<unknown>) => {
  await expect(work).rejects.toBeInstanceOf(InvalidToken)
}

describe('TokenVerifier', () => {
  test('RFC 9068 section 4: a good token gives its principal', async () => {
    const { clock, verify } = setUp()
    const principal = await verify(await token(clock))
    expect(principal).toMatchObject({
      ownerId: 'ada',
      clientId: 'client',
      tokenId: 't1',
      grantId: 'g1',
      familyId: 'f1',
    })
    expect([...principal.scopes]).toEqual(['memories:read', 'openid'])
  })

  const bent: [string, Bend][] = [
    ['RFC 9068 section 4: typ of an ID token', { header: { typ: 'JWT' } }],
    ['RFC 9068 section 4: another issuer', { claims: { iss: 'https://evil.example' } }],
    ['RFC 9068 section 4: the issuer with a trailing slash', { claims: { iss: `${issuer}/` } }],
    ['RFC 8707: another audience', { claims: { aud: 'https://other.example/mcp' } }],
    ['RFC 7519 section 4.1.4: expired', { claims: { exp: 1_000_000_000 } }],
    ['RFC 8725 section 3.1: a foreign key', { key: foreign.privateKey }],
    ['RFC 8725 section 3.1: an unknown kid', { header: { kid: 'nobody' } }],
    ['RFC 7515 section 4.1.11: an unknown crit', { header: { crit: ['x'], x: 1 } }],
    ['RFC 9068 section 2.2: without client_id', { claims: { client_id: undefined } }],
    ['RFC 9068 section 2.2: without jti', { claims: { jti: undefined } }],
  ]
  for (const [name, bend] of bent) {
    test(`${name} is refused`, async () => {
      const { clock, verify } = setUp()
      await refused(token(clock, bend).then(verify))
    })
  }

  test('RFC 8725 section 3.1: alg none, HS256 with the public key, and a key in the header are refused', async () => {
    const { clock, verify } = setUp()
    const [, payload = ''] = (await token(clock)).split('.')
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    await refused(verify(`${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.`))
    const hs = `${part({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })}.${payload}`
    await refused(
      verify(
        `${hs}.${createHmac('sha256', await exportSPKI(own.publicKey))
          .update(hs)
          .digest('base64url')}`,
      ),
    )
    const jwk = await exportJWK(foreign.publicKey)
    await refused(token(clock, { header: { jwk, kid: 'other' }, key: foreign.privateKey }).then(verify))
  })

  test('oversized and malformed tokens are refused before any signature check', async () => {
    const { verify } = setUp()
    await refused(verify('x'.repeat(9_000)))
    await refused(verify('a.b.c'))
    await refused(verify(''))
  })

  test('RFC 7515 section 2, RFC 4648 section 3.5: padding, and another spelling of the same bytes, are refused', async () => {
    const { clock, verify } = setUp()
    const good = await token(clock)
    // 256 bytes leave four bits of the last character unused.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const respelt = good.slice(0, -1) + alphabet[alphabet.indexOf(good.at(-1) ?? '') + 1]
    expect(Buffer.from(respelt.split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(good.split('.')[2] ?? '', 'base64url'),
    )
    for (const spelling of [respelt, `${good}==`, `${good}=`]) await refused(verify(spelling))
    expect((await verify(good)).tokenId).toBe('t1')
    await refused(verify(respelt))
  })

  test('RFC 7515 section 5.2: the signature of a token that was verified vouches for no other claims or header', async () => {
    const { clock, verify } = setUp()
    const good = await token(clock)
    const [header = '', claims = '', signature = ''] = good.split('.')
    const [, others = ''] = (await token(clock, { claims: { sub: 'bob' } })).split('.')
    await verify(good)
    await refused(verify(`${header}.${others}.${signature}`))
    await refused(verify(`${header}x.${claims}.${signature}`))
    await refused(verify(`${header}.${claims}.${signature}A`))
    await refused(verify(`${header}.${claims}..${signature}`))
    await refused(verify(signature))
    await refused(verify(`.${signature}`))
    expect(await verify(good)).toMatchObject({ ownerId: 'ada' })
  })

  test('a cached token still expires', async () => {
    const { clock, verify } = setUp()
    const good = await token(clock)
    await verify(good)
    clock.advanceSeconds(3_600)
    await refused(verify(good))
  })

  for (const [kind, id] of [
    ['token', 't1'],
    ['family', 'f1'],
    ['grant', 'g1'],
  ] as const) {
    test(`RFC 7009: a revoked ${kind} is refused, cached or not`, async () => {
      const { clock, feed, verify } = setUp()
      const good = await token(clock)
      await verify(good)
      await feed.revoke({ kind, id, expiresAt: clock.now() / 1000 + 3600 })
      await refused(verify(good))
      await refused(token(clock, { claims: { nonce: 'fresh' } }).then(verify))
      await verify(await token(clock, { claims: { jti: 't2', fid: 'f2', gid: 'g2' } }))
    })
  }

  test('a revocation made before this process started is known to it', async () => {
    const { clock, feed, verify } = setUp()
    await feed.revoke({ kind: 'family', id: 'f1', expiresAt: clock.now() / 1000 + 3600 })
    await refused(token(clock).then(verify))
  })

  test('a token that was verified before a wait is judged anew after it', async () => {
    const { clock, feed, verifier, verify } = setUp()
    const [first, second] = [
      await verify(await token(clock)),
      await verify(await token(clock, { claims: { jti: 't2', fid: 'f2', gid: 'g2' } })),
    ]
    verifier.assertStanding(first)
    await feed.revoke({ kind: 'family', id: 'f1', expiresAt: first.expiresAt })
    expect(() => verifier.assertStanding(first)).toThrow(InvalidToken)
    verifier.assertStanding(second)
    clock.advanceSeconds(3600)
    expect(() => verifier.assertStanding(second)).toThrow('expired')
    feed.lose()
    clock.advanceSeconds(6)
    expect(() => verifier.assertStanding({ ...second, expiresAt: second.expiresAt + 60 })).toThrow(Fault)
  })

  test('a feed lost for over 5 s makes tokens unjudgeable, not valid', async () => {
    const { clock, feed, verify } = setUp()
    const good = await token(clock)
    await verify(good)
    feed.lose()
    clock.advanceSeconds(5)
    await verify(good)
    clock.advanceSeconds(1)
    expect(await verify(good).catch((error) => error)).toMatchObject({ kind: 'unavailable' })
  })

  test('after a process stood still the feed is asked before a token is judged: nobody is refused for it, and what was revoked is', async () => {
    const { clock, feed, verify } = setUp()
    const [good, ended] = [await token(clock), await token(clock, { claims: { jti: 't2', fid: 'f2', gid: 'g2' } })]
    await Promise.all([verify(good), verify(ended)])
    feed.standStill('later')
    await feed.revoke({ kind: 'family', id: 'f2', expiresAt: clock.now() / 1000 + 3600 })
    clock.advanceSeconds(600)
    const [first, second] = await Promise.allSettled([verify(good), verify(ended)])
    expect(first).toMatchObject({ status: 'fulfilled', value: { tokenId: 't1' } })
    expect(second).toMatchObject({ status: 'rejected', reason: expect.any(InvalidToken) })
    expect(feed.asked()).toBe(1)
  })

  test('so it is after a wait, where the engine answers before the question returns', async () => {
    const { clock, feed, verifier, verify } = setUp()
    const [good, ended] = [
      await verify(await token(clock)),
      await verify(await token(clock, { claims: { jti: 't2', fid: 'f2', gid: 'g2' } })),
    ]
    feed.standStill('before it returns')
    await feed.revoke({ kind: 'family', id: 'f2', expiresAt: clock.now() / 1000 + 3600 })
    clock.advanceSeconds(600)
    verifier.assertStanding(good)
    expect(() => verifier.assertStanding(ended)).toThrow(InvalidToken)
  })

  test('a feed that does not answer is waited for by the first who comes, once in 5 s', async () => {
    const { clock, feed, verify } = setUp()
    const good = await token(clock)
    await verify(good)
    feed.lose()
    clock.advanceSeconds(6)
    const failed = () => verify(good).catch((error: unknown) => error)
    expect(await failed()).toMatchObject({ kind: 'unavailable' })
    const refusedAtOnce = await Promise.race([failed(), new Promise((resolve) => setTimeout(resolve, 900, 'waits'))])
    expect(refusedAtOnce).toMatchObject({ kind: 'unavailable' })
    clock.advanceSeconds(5)
    const waits = await Promise.race([failed(), new Promise((resolve) => setTimeout(resolve, 0, 'waits'))])
    expect(waits).toBe('waits')
  })

  test('a new key is read once it is asked for', async () => {
    const { clock, verify, publish, reads } = setUp()
    await verify(await token(clock))
    const next = await rsaKey('next-of-issuer')
    const jwk = { ...(await exportJWK(next.publicKey)), kty: 'RSA', kid: 'k2', alg: 'RS256' } as typeof publicJwk
    publish([publicJwk, jwk])
    clock.advanceSeconds(2)
    await verify(await token(clock, { header: { kid: 'k2' }, key: next.privateKey }))
    expect(reads()).toBe(2)
  })

  test('keys that cannot be read make tokens unjudgeable', async () => {
    const clock = testClock()
    const keys = localKeys({ publicKeys: () => Promise.reject(new Fault('unavailable', 'down')) }, clock)
    const verifier = createTokenVerifier({ issuer, keys, feed: testFeed(clock), clock })
    expect(await verifier.verify(await token(clock), audiences).catch((error) => error)).toMatchObject({
      kind: 'unavailable',
    })
  })
})
