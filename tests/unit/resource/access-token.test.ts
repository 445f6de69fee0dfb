import { describe, expect, test } from 'bun:test'
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Arbitrary, assert, asyncProperty, constant, constantFrom, oneof, record } from 'fast-check'
import { jwtVerify } from 'jose'
import { assertHeader, decodeAccessToken, principalOfClaims } from '../../../src/resource/access-token.ts'
import { isSignedBy } from '../../../src/resource/signature.ts'
import { InvalidToken } from '../../../src/shared/invalid-token.ts'

const issuer = 'https://memory.example.com'
const now = 1_800_000_000
const pairOf = async (modulusLength: number) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const jwk = publicKey.export({ format: 'jwk' })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  return { privateKey, publicKey: await crypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']) }
}
const own = await pairOf(2048)
const foreign = await pairOf(2048)

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signed = (header: object, claims: unknown, key: KeyObject = own.privateKey) => {
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${createSign('sha256').update(input).sign(key, 'base64url')}`
}
const judge = (token: string) => {
  const { header, claims } = decodeAccessToken(token)
  assertHeader(header)
  if (!isSignedBy(own.publicKey, token)) throw new InvalidToken('signature')
  return principalOfClaims(claims, issuer, now)
}
const header = { alg: 'RS256', kid: 'k1', typ: 'at+jwt' }
const claims = {
  iss: issuer,
  sub: 'ada',
  aud: issuer,
  client_id: 'client',
  exp: now + 3600,
  iat: now,
  jti: 't1',
}

describe('RFC 9068 section 4: an access token', () => {
  test('of each part that is bent it is refused as the JOSE library refuses it', async () => {
    const absent = undefined
    const mostly = (good: unknown, ...bent: readonly unknown[]) =>
      oneof({ weight: 12, arbitrary: constant(good) }, constantFrom(...bent))
    const times = [now - 1, now, now + 1, now + 3600, String(now + 3600), absent, null]
    const headers = record({
      alg: mostly('RS256', 'rs256', 'none', 'HS256', 'PS256', 'RS512', absent),
      typ: mostly('at+jwt', 'AT+JWT', 'application/at+jwt', 'jwt', 'JWT', 'at', 'x/at+jwt', '', 7, absent),
      crit: mostly(absent, ['x'], ['exp'], [], 'x', null),
      x: constantFrom(1, absent),
    })
    const bodies = record({
      iss: mostly(issuer, `${issuer}/`, [issuer], '', absent),
      sub: mostly('ada', absent),
      aud: mostly(issuer, [issuer], [], absent),
      client_id: mostly('client', absent),
      jti: mostly('t1', absent),
      exp: mostly(now + 60, ...times),
      iat: mostly(now, ...times),
      nbf: mostly(absent, ...times),
    })
    const keys = mostly(own, foreign) as Arbitrary<typeof own>
    let accepted = 0
    await assert(
      asyncProperty(headers, bodies, keys, async (bentHeader, bentClaims, { privateKey }) => {
        const token = signed({ ...header, ...bentHeader }, bentClaims, privateKey)
        const theirs = await jwtVerify(token, own.publicKey, {
          algorithms: ['RS256'],
          typ: 'at+jwt',
          issuer,
          requiredClaims: ['sub', 'aud', 'client_id', 'exp', 'iat', 'jti'],
          currentDate: new Date(now * 1000),
        }).then(
          () => true,
          () => false,
        )
        let ours = true
        try {
          judge(token)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidToken)
          ours = false
        }
        if (ours) accepted++
        expect(ours).toBe(theirs)
      }),
      { numRuns: 500 },
    )
    expect(accepted).toBeGreaterThan(50)
  })

  test('that is good says whom it stands for', () => {
    expect(judge(signed(header, { ...claims, scope: 'openid memories:read', fid: 'f1' }))).toMatchObject({
      ownerId: 'ada',
      clientId: 'client',
      audience: [issuer],
      scopes: new Set(['openid', 'memories:read']),
      familyId: 'f1',
      grantId: undefined,
    })
  })

  for (const [name, bent] of [
    ['a subject', { sub: 7 }],
    ['an audience', { aud: [issuer, 7] }],
    ['a client', { client_id: {} }],
    ['an id', { jti: ['t1'] }],
  ] as const)
    test(`with ${name} that is no text is refused`, () => {
      expect(() => judge(signed(header, { ...claims, ...bent }))).toThrow('a claim is no text')
    })

  test('whose claims are no object, or whose parts are not three, is refused', () => {
    for (const body of [[], 'ada', 7, null]) expect(() => judge(signed(header, body))).toThrow('malformed')
    const good = signed(header, claims)
    for (const token of ['', '.', '..', good.split('.').slice(0, 2).join('.'), `${good}.`, `.${good}`])
      expect(() => judge(token)).toThrow(InvalidToken)
  })

  test('RFC 7518 section 3.3: of a key of 1,024 bits nothing is believed', async () => {
    const short = await pairOf(1024)
    let thrown: unknown
    try {
      isSignedBy(short.publicKey, signed(header, claims, short.privateKey))
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ kind: 'unavailable', code: 'weak_signing_key' })
  })
})
