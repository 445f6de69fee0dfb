/** Attack 18: keys are published, then sign, then retire; nobody notices. */
import { describe, expect, test } from 'bun:test'
import { createRemoteJWKSet, customFetch, decodeProtectedHeader } from 'jose'
import { createTokenVerifier } from '../../src/resource/verifier.ts'
import { startBackChannel } from '../support/back-channel.ts'

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
