import { beforeAll, describe, expect, test } from 'bun:test'
import { createLocalJWKSet, exportJWK, SignJWT } from 'jose'
import { verifyIdToken } from '../../../../src/adapters/google/id-token.ts'
import { googleMetadata } from '../../../../src/adapters/google/metadata.ts'
import { type RsaKey, rsaKey } from '../../../support/rsa-keys.ts'

const now = new Date('2026-11-01T00:00:00Z')
const seconds = now.getTime() / 1000
let pair: RsaKey
let keys: ReturnType<typeof createLocalJWKSet>
beforeAll(async () => {
  pair = await rsaKey('identity-provider')
  keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256' }] })
})

const verify = async (claims: Record<string, unknown>) => {
  const payload = { aud: 'us', sub: '1', nonce: 'n', iat: seconds, exp: seconds + 60, ...claims }
  const token = await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(pair.privateKey)
  return verifyIdToken(token, { metadata: googleMetadata, keys, clientId: 'us', nonce: 'n', now })
}

describe("Google's ID token", () => {
  for (const iss of ['https://accounts.google.com', 'accounts.google.com'])
    test(`iss ${iss} is Google, and the identity is Google's either way`, async () => {
      expect(await verify({ iss, email: 'sam@ok.example', email_verified: true, hd: 'ok.example' })).toEqual({
        provider: 'google',
        subject: '1',
        email: 'sam@ok.example',
        emailVerified: true,
        hostedDomain: 'ok.example',
      })
    })

  for (const iss of ['http://accounts.google.com', 'https://accounts.google.com/', 'accounts.google.com.evil.example'])
    test(`iss ${iss} is not`, async () => {
      await expect(verify({ iss })).rejects.toMatchObject({ kind: 'forbidden' })
    })

  test('clocks may be half a minute apart, and no more', async () => {
    const iss = 'accounts.google.com'
    await verify({ iss, iat: seconds + 29, exp: seconds + 60 })
    await verify({ iss, iat: seconds - 60, exp: seconds - 29 })
    await expect(verify({ iss, iat: seconds - 60, exp: seconds - 31 })).rejects.toMatchObject({ kind: 'forbidden' })
  })

  test('a picture that is no https address is left out', async () => {
    const identity = await verify({ iss: 'accounts.google.com', picture: 'javascript:alert(1)', name: 'Sam' })
    expect(identity).toEqual({ provider: 'google', subject: '1', emailVerified: false, name: 'Sam' })
  })
})
