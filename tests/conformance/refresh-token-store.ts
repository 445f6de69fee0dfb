import { describe, expect, test } from 'bun:test'
import type { RefreshTokenStore } from '../../src/oidc/ports.ts'
import { type OpenedStores, type OpenStores, race } from './opened.ts'
import { clientId, familyId, grantId, hash, refreshToken } from './records.ts'

const graceSeconds = 30

/** Rotates as the token endpoint does, at the clock's time. */
const rotation =
  (clock: OpenedStores['clock']) =>
  (store: RefreshTokenStore, from: string, to: string, by = clientId()) => {
    const now = clock.now() / 1000
    return store.rotate(hash(from), { hash: hash(to), expiresAt: now + 86_400 }, { clientId: by, now, graceSeconds })
  }

export function describeRefreshTokenStore(engine: string, open: OpenStores): void {
  describe(`RefreshTokenStore on ${engine}`, () => {
    async function openWithToken() {
      const opened = await open()
      await opened.stores.refreshTokens.create(hash('first'), refreshToken())
      const rotate = rotation(opened.clock)
      return { ...opened, tokens: opened.stores.refreshTokens, rotate }
    }

    test('OAuth 2.1 section 4.3.1: a token is spent by its use and its successor takes its place with a new expiry', async () => {
      const { tokens, clock, rotate } = await openWithToken()
      expect(await tokens.find(hash('first'))).toEqual(refreshToken())
      clock.advanceSeconds(100)
      const successor = refreshToken({ expiresAt: clock.now() / 1000 + 86_400 })
      expect(await rotate(tokens, 'first', 'second')).toEqual({ outcome: 'rotated', token: successor })
      expect(await tokens.find(hash('first'))).toBeUndefined()
      expect(await tokens.find(hash('second'))).toEqual(successor)
    })

    test('100 parallel uses of one token within the grace: one is rotated, the rest are graced, every successor lives', async () => {
      const opened = await openWithToken()
      const outcomes = await race(opened, (stores, index) =>
        opened.rotate(stores.refreshTokens, 'first', `next ${index}`),
      )
      expect(outcomes.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1)
      expect(outcomes.filter(({ outcome }) => outcome === 'graced')).toHaveLength(99)
      const live = await Promise.all(outcomes.map((_, index) => opened.tokens.find(hash(`next ${index}`))))
      expect(live.filter((token) => token?.familyId === familyId())).toHaveLength(100)
    })

    test('the grace lasts to its last second; after it the family dies, all siblings and the newest token too', async () => {
      const { tokens, clock, rotate } = await openWithToken()
      await rotate(tokens, 'first', 'second')
      clock.advanceSeconds(30)
      expect(await rotate(tokens, 'first', 'sibling')).toMatchObject({ outcome: 'graced' })
      clock.advanceSeconds(1)
      expect(await rotate(tokens, 'first', 'thief')).toEqual({ outcome: 'reused', token: refreshToken() })
      for (const token of ['first', 'second', 'sibling', 'thief'])
        expect(await tokens.find(hash(token))).toBeUndefined()
      expect(await rotate(tokens, 'second', 'third')).toEqual({ outcome: 'unknown' })
    })

    test('the grace is over as soon as any successor was used: the thief of the old token kills the family', async () => {
      const { tokens, rotate } = await openWithToken()
      await rotate(tokens, 'first', 'second')
      await rotate(tokens, 'first', 'sibling')
      expect(await rotate(tokens, 'sibling', 'third')).toMatchObject({ outcome: 'rotated' })
      expect(await rotate(tokens, 'first', 'thief')).toMatchObject({ outcome: 'reused' })
      expect(await tokens.find(hash('second'))).toBeUndefined()
      expect(await tokens.find(hash('third'))).toBeUndefined()
    })

    test('a sibling made within the grace lives on beside the other and is used like any token', async () => {
      const { tokens, rotate } = await openWithToken()
      await rotate(tokens, 'first', 'second')
      await rotate(tokens, 'first', 'sibling')
      expect(await rotate(tokens, 'second', 'third')).toMatchObject({ outcome: 'rotated' })
      expect(await rotate(tokens, 'sibling', 'fourth')).toMatchObject({ outcome: 'rotated' })
      expect(await rotate(tokens, 'second', 'fifth')).toMatchObject({ outcome: 'graced' })
    })

    test('only the immediate predecessor has grace: a token two rotations back kills the family', async () => {
      const { tokens, rotate } = await openWithToken()
      await rotate(tokens, 'first', 'second')
      await rotate(tokens, 'second', 'third')
      expect(await rotate(tokens, 'first', 'thief')).toMatchObject({ outcome: 'reused' })
      expect(await tokens.find(hash('third'))).toBeUndefined()
    })

    test('RFC 6749 section 10.4: another client cannot use the token, has no grace, and spends nothing', async () => {
      const { tokens, rotate } = await openWithToken()
      expect(await rotate(tokens, 'first', 'stolen', clientId('other'))).toEqual({ outcome: 'unknown' })
      expect(await tokens.find(hash('stolen'))).toBeUndefined()
      expect(await rotate(tokens, 'first', 'second')).toMatchObject({ outcome: 'rotated' })
      expect(await rotate(tokens, 'first', 'stolen', clientId('other'))).toEqual({ outcome: 'unknown' })
      expect(await tokens.find(hash('second'))).toBeDefined()
    })

    test('reuse is still recognised long after, until the spent token would have expired', async () => {
      const { tokens, clock, rotate } = await openWithToken()
      await rotate(tokens, 'first', 'second')
      clock.advanceSeconds(86_399)
      expect(await rotate(tokens, 'first', 'thief')).toMatchObject({ outcome: 'reused' })
    })

    test('an expired token is unknown and harms nobody', async () => {
      const { tokens, clock, rotate } = await openWithToken()
      clock.advanceSeconds(86_399)
      expect(await tokens.find(hash('first'))).toBeDefined()
      clock.advanceSeconds(1)
      expect(await tokens.find(hash('first'))).toBeUndefined()
      expect(await rotate(tokens, 'first', 'second')).toEqual({ outcome: 'unknown' })
      expect(await tokens.find(hash('second'))).toBeUndefined()
    })

    test('revoking a family kills its tokens and no others, in every process, and again is fine', async () => {
      const opened = await openWithToken()
      const { tokens, rotate } = opened
      await tokens.create(hash('foreign'), refreshToken({ familyId: familyId('other') }))
      await rotate(tokens, 'first', 'second')
      await tokens.revokeFamily(familyId())
      await tokens.revokeFamily(familyId())
      await tokens.revokeFamily(familyId('never seen'))
      const other = opened.another().refreshTokens
      expect(await other.find(hash('second'))).toBeUndefined()
      expect(await rotate(other, 'first', 'third')).toEqual({ outcome: 'unknown' })
      expect(await other.find(hash('foreign'))).toBeDefined()
    })

    test('RFC 7009 section 2.1: whose a token is stays known when it was spent, not when it expired or its family died', async () => {
      const { tokens, clock, rotate } = await openWithToken()
      const whose = { clientId: clientId(), familyId: familyId() }
      expect(await tokens.familyOf(hash('first'))).toEqual(whose)
      await rotate(tokens, 'first', 'second')
      expect(await tokens.familyOf(hash('first'))).toEqual(whose)
      expect(await tokens.familyOf(hash('never seen'))).toBeUndefined()
      await tokens.revokeFamily(familyId())
      expect(await tokens.familyOf(hash('first'))).toBeUndefined()
      await tokens.create(hash('other'), refreshToken({ familyId: familyId('other') }))
      clock.advanceSeconds(refreshToken().expiresAt - clock.now() / 1000)
      expect(await tokens.familyOf(hash('other'))).toBeUndefined()
    })

    test('revoking a grant kills every family under it; a later authorization under the same grant lives', async () => {
      const { tokens, rotate } = await openWithToken()
      await tokens.create(hash('beside'), refreshToken({ familyId: familyId('beside') }))
      await tokens.create(hash('foreign'), refreshToken({ familyId: familyId('foreign'), grantId: grantId('foreign') }))
      await tokens.revokeGrant(grantId())
      expect(await tokens.find(hash('first'))).toBeUndefined()
      expect(await tokens.find(hash('beside'))).toBeUndefined()
      expect(await tokens.find(hash('foreign'))).toBeDefined()
      await tokens.create(hash('later'), refreshToken({ familyId: familyId('later') }))
      expect(await rotate(tokens, 'later', 'latest')).toMatchObject({ outcome: 'rotated' })
    })

    test('a rotation and a revocation at once never leave a live token', async () => {
      const opened = await openWithToken()
      await race(opened, async (stores, index) => {
        if (index === 50) await stores.refreshTokens.revokeFamily(familyId())
        else await opened.rotate(stores.refreshTokens, 'first', `next ${index}`)
      })
      const live = await Promise.all(
        Array.from({ length: 100 }, (_, index) => opened.tokens.find(hash(`next ${index}`))),
      )
      expect(live.filter(Boolean)).toEqual([])
    })

    test('tokens, what was spent, and the grace outlive a restart', async () => {
      const { tokens, clock, rotate, restart } = await openWithToken()
      await rotate(tokens, 'first', 'second')
      const { refreshTokens } = await restart()
      expect(await rotate(refreshTokens, 'first', 'sibling')).toMatchObject({ outcome: 'graced' })
      expect(await rotate(refreshTokens, 'second', 'third')).toMatchObject({ outcome: 'rotated' })
      clock.advanceSeconds(31)
      expect(await rotate(refreshTokens, 'second', 'thief')).toMatchObject({ outcome: 'reused' })
    })
  })
}
