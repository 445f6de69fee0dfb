import { describe, expect, test } from 'bun:test'
import { exportJWK, generateKeyPair } from 'jose'
import { remoteKeys } from '../../../src/resource/key-source.ts'

const { publicKey } = await generateKeyPair('RS256')
const keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }] })
const header = { alg: 'RS256', kid: 'k1' }
const token = { payload: '', signature: '' }

/** The keys of an issuer that answers with these parts, without saying how long they are. */
const issuerSaying = (...parts: readonly string[]) =>
  remoteKeys(
    new URL('http://localhost/auth/jwks'),
    Object.assign(async () => streamed(parts), { preconnect() {} }),
  )

const streamed = (parts: readonly string[]) =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
        controller.close()
      },
    }),
    { headers: { 'content-type': 'application/json' } },
  )

describe('RFC 7517 section 5: the JWK set of another process', () => {
  test('its keys verify', async () => {
    expect(await issuerSaying(keySet)(header, token)).toMatchObject({ type: 'public' })
  })

  test('a kid that is not in it is told apart from a set that cannot be had', async () => {
    expect(issuerSaying(keySet)({ ...header, kid: 'k2' }, token)).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    })
  })

  test('a set of more than 64 KB is not read to its end, though its length was never said', async () => {
    const padded = issuerSaying(' '.repeat(65 * 1024), keySet)
    expect(padded(header, token)).rejects.toMatchObject({ kind: 'unavailable', code: 'issuer_unreachable' })
    expect(padded.health()).resolves.toMatchObject({ engine: 'jwks', state: 'down' })
  })
})
