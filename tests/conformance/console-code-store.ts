import { describe, expect, test } from 'bun:test'
import type { ConsoleCode } from '../../src/oidc/ports.ts'
import { type OpenStores, race } from './opened.ts'
import { hash, ownerId, startSeconds } from './records.ts'

const code = (changes: Partial<ConsoleCode> = {}): ConsoleCode => ({
  selector: 'ABCD',
  hash: hash('ABCDEFGHJKLM'),
  ownerId: ownerId(),
  triesLeft: 5,
  expiresAt: startSeconds + 900,
  ...changes,
})

export function describeConsoleCodeStore(engine: string, open: OpenStores): void {
  describe(`ConsoleCodeStore on ${engine}`, () => {
    test('a code signs its owner in once among 100 attempts at once', async () => {
      const opened = await open()
      await opened.stores.consoleCodes.create(code())
      const outcomes = await race(opened, (stores) => stores.consoleCodes.redeem('ABCD', code().hash))
      expect(outcomes.filter((outcome) => outcome?.ownerId === ownerId())).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(99)
    })

    test('four wrong guesses leave the code, the fifth burns it', async () => {
      const { stores } = await open()
      for (const [selector, wrongGuesses, expected] of [
        ['FOUR', 4, { ownerId: ownerId(), expiresAt: startSeconds + 900 }],
        ['FIVE', 5, undefined],
      ] as const) {
        await stores.consoleCodes.create(code({ selector }))
        for (let guess = 0; guess < wrongGuesses; guess++) {
          expect(await stores.consoleCodes.redeem(selector, hash(`guess ${guess}`))).toBeUndefined()
        }
        expect(await stores.consoleCodes.redeem(selector, code().hash)).toEqual(expected)
      }
    })

    test('100 wrong guesses at once cannot be more than the tries: the code is burnt', async () => {
      const opened = await open()
      await opened.stores.consoleCodes.create(code())
      await race(opened, (stores, index) => stores.consoleCodes.redeem('ABCD', hash(`guess ${index}`)))
      expect(await opened.stores.consoleCodes.redeem('ABCD', code().hash)).toBeUndefined()
    })

    test('guesses that name another code, or none, cost this one nothing', async () => {
      const { stores } = await open()
      await stores.consoleCodes.create(code())
      await stores.consoleCodes.create(code({ selector: 'WXYZ', hash: hash('WXYZ'), ownerId: ownerId('other') }))
      for (let guess = 0; guess < 10; guess++) {
        await stores.consoleCodes.redeem('WXYZ', hash(`guess ${guess}`))
        await stores.consoleCodes.redeem('NONE', code().hash)
      }
      expect((await stores.consoleCodes.redeem('ABCD', code().hash))?.ownerId).toBe(ownerId())
      expect(await stores.consoleCodes.redeem('WXYZ', hash('WXYZ'))).toBeUndefined()
    })

    test('two codes that share a selector by chance both work, each for its owner', async () => {
      const { stores } = await open()
      await stores.consoleCodes.create(code())
      await stores.consoleCodes.create(code({ hash: hash('twin'), ownerId: ownerId('twin') }))
      expect((await stores.consoleCodes.redeem('ABCD', hash('twin')))?.ownerId).toBe(ownerId('twin'))
      expect((await stores.consoleCodes.redeem('ABCD', code().hash))?.ownerId).toBe(ownerId())
    })

    test('a code lasts until its second and outlives a restart', async () => {
      const opened = await open()
      await opened.stores.consoleCodes.create(code())
      await opened.stores.consoleCodes.create(code({ selector: 'LATE' }))
      const { consoleCodes } = await opened.restart()
      opened.clock.advanceSeconds(899)
      expect((await consoleCodes.redeem('ABCD', code().hash))?.ownerId).toBe(ownerId())
      opened.clock.advanceSeconds(1)
      expect(await consoleCodes.redeem('LATE', code().hash)).toBeUndefined()
    })
  })
}
