import { afterEach, describe, expect, setSystemTime, test } from 'bun:test'
import { exportJWK } from 'jose'
import { remoteKeys } from '../../../src/resource/key-source.ts'
import { within } from '../../../src/shared/within.ts'
import { rsaKey } from '../../support/rsa-keys.ts'

const { publicKey } = await rsaKey('issuer')
const keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }] })
const header = { alg: 'RS256', kid: 'k1' }

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
    expect(await issuerSaying(keySet)(header)).toMatchObject({ type: 'public' })
  })

  test('a kid that is not in it is told apart from a set that cannot be had', async () => {
    expect(await issuerSaying(keySet)({ ...header, kid: 'k2' })).toBeUndefined()
  })

  test('a set of more than 64 KB is not read to its end, though its length was never said', async () => {
    const padded = issuerSaying(' '.repeat(65 * 1024), keySet)
    await expect(padded(header)).rejects.toMatchObject({ kind: 'unavailable', code: 'issuer_unreachable' })
    await expect(padded.health.check()).resolves.toMatchObject({ state: 'down' })
  })

  test('a check of it ends after 2 s, though keys may take 5 s: they are there for the next', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<Response>()
    const slow = remoteKeys(
      new URL('http://localhost/auth/jwks'),
      Object.assign(() => answered, { preconnect() {} }),
    )
    expect(await within(4_000, slow.health.check())).toMatchObject({ state: 'down' })
    answer(streamed([keySet]))
    expect(await slow.health.check()).toEqual({ state: 'up' })
  })
})

describe('The cache of that set', () => {
  const beganAt = Date.UTC(2026, 0, 1)
  const passSeconds = (seconds: number) => setSystemTime(new Date(beganAt + seconds * 1_000))
  afterEach(() => {
    setSystemTime()
  })
  /** An issuer whose set has the keys `k1` to `k<keys>`, and what was asked of it. */
  function countingIssuer() {
    const seen = { keys: 1, fetches: 0, hits: 0, misses: 0 }
    const answer = async () => {
      seen.fetches += 1
      const [key] = JSON.parse(keySet).keys
      await Bun.sleep(5)
      return Response.json({ keys: Array.from({ length: seen.keys }, (_, n) => ({ ...key, kid: `k${n + 1}` })) })
    }
    const observer = { hit: () => void seen.hits++, miss: () => void seen.misses++ }
    const url = new URL('http://localhost/auth/jwks')
    return { seen, find: remoteKeys(url, Object.assign(answer, { preconnect() {} }), observer) }
  }
  const all = (find: ReturnType<typeof countingIssuer>['find'], kid: string) =>
    Promise.all(Array.from({ length: 100 }, () => find({ ...header, kid })))
  const found = (keys: readonly (CryptoKey | undefined)[]) => keys.filter((key) => key !== undefined).length

  test('a hundred at once fetch it once; whom the cache serves is a hit', async () => {
    passSeconds(0)
    const { seen, find } = countingIssuer()
    expect(found(await all(find, 'k1'))).toBe(100)
    expect(seen.fetches).toBe(1)
    expect(found(await all(find, 'k1'))).toBe(100)
    expect(seen).toMatchObject({ fetches: 1, hits: 199, misses: 1 })
  })

  test('a kid that is not in it fetches it anew, a hundred at once once, and no more often than every 30 s', async () => {
    passSeconds(0)
    const { seen, find } = countingIssuer()
    await find(header)
    seen.keys = 2
    passSeconds(29)
    expect(found(await all(find, 'k2'))).toBe(0)
    expect(seen.fetches).toBe(1)
    passSeconds(31)
    expect(found(await all(find, 'k2'))).toBe(100)
    expect(seen.fetches).toBe(2)
    expect(found(await all(find, 'unknown'))).toBe(0)
    expect(seen.fetches).toBe(2)
  })

  test('it is kept for ten minutes', async () => {
    passSeconds(0)
    const { seen, find } = countingIssuer()
    await find(header)
    passSeconds(599)
    await find(header)
    expect(seen.fetches).toBe(1)
    passSeconds(601)
    await find(header)
    expect(seen.fetches).toBe(2)
  })
})
