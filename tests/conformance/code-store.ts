import { describe, expect, test } from 'bun:test'
import { type OpenStores, race } from './opened.ts'
import { clientId, familyId, grantId, hash, issuedCode, refreshToken, startSeconds } from './records.ts'

const spentUntil = startSeconds + 3_600

export function describeCodeStore(engine: string, open: OpenStores): void {
  describe(`CodeStore on ${engine}`, () => {
    test('RFC 6749 section 4.1.2: a code is taken once among 100 takers; the others learn whose family must die', async () => {
      const opened = await open()
      await opened.stores.codes.create(hash('c'), issuedCode())
      const outcomes = await race(opened, (stores) => stores.codes.take(hash('c'), spentUntil))
      expect(outcomes.filter(({ outcome }) => outcome === 'taken')).toEqual([{ outcome: 'taken', code: issuedCode() }])
      expect(outcomes.filter(({ outcome }) => outcome === 'spent')).toEqual(
        Array.from({ length: 99 }, () => ({ outcome: 'spent', familyId: familyId() })),
      )
    })

    test('a code comes back as it was issued, whatever it carries', async () => {
      const { stores } = await open()
      const full = issuedCode({
        sessionId: hash('session'),
        request: {
          ...issuedCode().request,
          state: 'a\u0000b "\\ \u2028',
          nonce: 'n',
          codeChallenge: 'x'.repeat(43),
          maxAgeSeconds: 0,
          claims: { idToken: ['name'], userinfo: [] },
        },
      })
      await stores.codes.create(hash('c'), full)
      expect(await stores.codes.take(hash('c'), spentUntil)).toEqual({ outcome: 'taken', code: full })
    })

    test('codes are kept apart, and one nobody issued is unknown', async () => {
      const { stores } = await open()
      await stores.codes.create(hash('a'), issuedCode({ familyId: familyId('a') }))
      await stores.codes.create(hash('b'), issuedCode({ familyId: familyId('b') }))
      expect(await stores.codes.take(hash('c'), spentUntil)).toEqual({ outcome: 'unknown' })
      await stores.codes.take(hash('a'), spentUntil)
      expect(await stores.codes.take(hash('b'), spentUntil)).toMatchObject({ code: { familyId: 'b' } })
    })

    test('a code that has expired is unknown at that second and not before', async () => {
      const { stores, clock } = await open()
      await stores.codes.create(hash('early'), issuedCode())
      await stores.codes.create(hash('late'), issuedCode())
      clock.advanceSeconds(59)
      expect(await stores.codes.take(hash('early'), spentUntil)).toMatchObject({ outcome: 'taken' })
      clock.advanceSeconds(1)
      expect(await stores.codes.take(hash('late'), spentUntil)).toEqual({ outcome: 'unknown' })
    })

    test('a replay is recognised after the code itself would have expired, until the mark goes too', async () => {
      const { stores, clock } = await open()
      await stores.codes.create(hash('c'), issuedCode())
      await stores.codes.take(hash('c'), spentUntil)
      clock.advanceSeconds(3_599)
      expect(await stores.codes.take(hash('c'), spentUntil)).toEqual({ outcome: 'spent', familyId: familyId() })
      clock.advanceSeconds(1)
      expect(await stores.codes.take(hash('c'), spentUntil)).toEqual({ outcome: 'unknown' })
    })

    test('the mark of a spent code stays for as long as a refresh token that came of it, however often it was rotated, and then goes', async () => {
      const { stores, clock } = await open()
      await stores.codes.create(hash('c'), issuedCode())
      await stores.codes.create(hash('other'), issuedCode({ familyId: familyId('other') }))
      await stores.codes.take(hash('c'), spentUntil)
      await stores.codes.take(hash('other'), spentUntil)
      await stores.refreshTokens.create(hash('token 0'), refreshToken({ expiresAt: spentUntil }))
      let now = startSeconds
      for (let turn = 0; turn < 60; turn++) {
        clock.advanceSeconds(3_000)
        now += 3_000
        const next = { hash: hash(`token ${turn + 1}`), expiresAt: now + 3_600 }
        const by = { clientId: clientId(), now, graceSeconds: 30 }
        expect(await stores.refreshTokens.rotate(hash(`token ${turn}`), next, by)).toMatchObject({ outcome: 'rotated' })
      }
      clock.advanceSeconds(3_599)
      expect(await stores.refreshTokens.find(hash('token 60'))).toBeDefined()
      expect(await stores.codes.take(hash('c'), spentUntil)).toEqual({ outcome: 'spent', familyId: familyId() })
      expect(await stores.codes.take(hash('other'), spentUntil)).toEqual({ outcome: 'unknown' })
      clock.advanceSeconds(2 * 86_400)
      expect(await stores.codes.take(hash('c'), spentUntil)).toEqual({ outcome: 'unknown' })
    })

    test('a code dies with its family and with its grant', async () => {
      const { stores } = await open()
      await stores.codes.create(hash('a'), issuedCode({ familyId: familyId('a') }))
      await stores.codes.create(hash('b'), issuedCode({ familyId: familyId('b'), grantId: grantId('b') }))
      await stores.refreshTokens.revokeFamily(familyId('a'))
      await stores.refreshTokens.revokeGrant(grantId('b'))
      expect(await stores.codes.take(hash('a'), spentUntil)).toEqual({ outcome: 'unknown' })
      expect(await stores.codes.take(hash('b'), spentUntil)).toEqual({ outcome: 'unknown' })
    })

    test('a redemption that was under way when its family or grant was revoked brings no token to life', async () => {
      const { stores } = await open()
      for (const [name, revoke] of [
        ['a', () => stores.refreshTokens.revokeFamily(familyId('a'))],
        ['b', () => stores.refreshTokens.revokeGrant(grantId('b'))],
      ] as const) {
        const ids = { familyId: familyId(name), grantId: grantId(name) }
        await stores.codes.create(hash(name), issuedCode(ids))
        expect(await stores.codes.take(hash(name), spentUntil)).toMatchObject({ outcome: 'taken' })
        await revoke()
        await stores.refreshTokens.create(hash(`${name} token`), refreshToken(ids))
        expect(await stores.refreshTokens.find(hash(`${name} token`))).toBeUndefined()
      }
    })

    test('codes and marks outlive a restart', async () => {
      const opened = await open()
      await opened.stores.codes.create(hash('fresh'), issuedCode())
      await opened.stores.codes.create(hash('spent'), issuedCode())
      await opened.stores.codes.take(hash('spent'), spentUntil)
      const { codes } = await opened.restart()
      expect(await codes.take(hash('fresh'), spentUntil)).toMatchObject({ outcome: 'taken' })
      expect(await codes.take(hash('spent'), spentUntil)).toMatchObject({ outcome: 'spent' })
    })
  })
}
