/** Attack 18: keys are published, then sign, then retire; nobody notices. */
import { describe, expect, test } from 'bun:test'
import { createRemoteJWKSet, customFetch, decodeProtectedHeader } from 'jose'
import { oidcSurface } from '../../src/oidc/routes.ts'
import { createKeyRing } from '../../src/oidc/tokens/key-ring.ts'
import { createTokenVerifier } from '../../src/resource/verifier.ts'
import { createLog } from '../../src/shared/log.ts'
import { backChannel, startBackChannel } from '../support/back-channel.ts'
import { memoryKeyStore } from '../support/memory-key-store.ts'
import { signingKeys } from '../support/signing-keys.ts'

const { server, back, client } = await startBackChannel()

const kidOf = (token: string) => decodeProtectedHeader(token).kid

describe('rotation under load', () => {
  test('not one token is refused: here, or by a verifier that keeps the key set for ten minutes', async () => {
    const { clock, feed, keyRing } = server.dependencies
    let fetches = 0
    const keys = createRemoteJWKSet(new URL('/auth/jwks', server.issuer), {
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: Number.POSITIVE_INFINITY,
      [customFetch]: (url) => {
        fetches++
        return server.send(url)
      },
    })
    const remote = createTokenVerifier({ issuer: server.issuer, keys, feed, clock })
    const refusals: unknown[] = []
    const kids = new Set<string | undefined>()
    const live: string[] = []
    let running = true
    const load = async () => {
      while (running) {
        const { access_token } = await back.tokensFor(client)
        kids.add(kidOf(access_token))
        live.push(access_token)
        const older = live[Math.floor(Math.random() * live.length)] ?? access_token
        for (const token of [access_token, older]) {
          const { status } = await back.userinfo(token)
          if (status !== 200) refusals.push(status)
          await remote.verify(token, [server.issuer]).catch((error) => refusals.push(error))
        }
      }
    }
    const loads = [load(), load(), load()]
    while (live.length < 10) await new Promise((resolve) => setTimeout(resolve, 5))
    await keyRing.rotate()
    const before = live.length
    while (live.length < before + 20) await new Promise((resolve) => setTimeout(resolve, 5))
    running = false
    await Promise.all(loads)
    remote.close()
    expect(refusals).toEqual([])
    expect(kids.size).toBe(2)
    expect(fetches).toBe(1)
  })

  test('a token of the old key is good until it expires, over any number of rotations', async () => {
    const { access_token } = await back.tokensFor(client)
    await server.passSeconds(1_200)
    await server.dependencies.keyRing.rotate()
    await server.passSeconds(1_200)
    await server.dependencies.keyRing.rotate()
    await server.passSeconds(1_199)
    expect((await back.userinfo(access_token)).status).toBe(200)
    await server.passSeconds(1)
    expect((await back.userinfo(access_token)).status).toBe(401)
  })
})

describe('a signing key that is damaged where it is kept', () => {
  test('RFC 6749 section 5.2: is no fault of who asks: 503 and when to try again; the log says which key it is', async () => {
    const lines: string[] = []
    const keys = (await signingKeys(server.clock.now())).map((key) => ({ ...key, privateKeyPem: 'no key' }))
    const { routes } = oidcSurface({
      ...server.dependencies,
      keyRing: createKeyRing({ store: memoryKeyStore(keys), clock: server.clock, tokenTtlSeconds: 3_600 }),
      log: createLog('info', { write: (line) => void lines.push(line) }),
    })
    const send = async (path: string, init?: RequestInit) =>
      routes.handle(new Request(new URL(path, server.issuer), init))
    const there = backChannel({ ...server, send })
    for (const answer of [await send('/auth/jwks'), await there.redeem(client, await back.mintCode(client))]) {
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
    }
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      ['/auth/jwks', '/auth/token'].map((route) =>
        expect.objectContaining({
          level: 'error',
          route,
          err: expect.objectContaining({
            code: 'key_damaged',
            cause: expect.objectContaining({
              message: expect.stringMatching(/^the (next|current) key: This is not a private key/),
            }),
          }),
        }),
      ),
    )
  })
})
