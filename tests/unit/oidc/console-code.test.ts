import { describe, expect, test } from 'bun:test'
import type { OidcDependencies } from '../../../src/oidc/dependencies.ts'
import type { ConsoleCode } from '../../../src/oidc/ports.ts'
import { issueConsoleCode, redeemConsoleCode } from '../../../src/oidc/signin/console-code.ts'
import type { OwnerId } from '../../../src/shared/brand.ts'
import { createRandom } from '../../../src/shared/random.ts'
import { testClock } from '../../support/time.ts'

/** What the store is asked for when this is typed. */
async function askedFor(typed: string) {
  const asked: { selector: string; hash: string }[] = []
  const consoleCodes = {
    create: async () => undefined,
    redeem: async (selector: string, hash: string) => {
      asked.push({ selector, hash })
      return undefined
    },
  }
  const users = { find: async () => undefined } as unknown as OidcDependencies['stores']['users']
  expect(await redeemConsoleCode({ stores: { consoleCodes, users } }, typed)).toBeUndefined()
  return asked
}

describe('a printed code', () => {
  test('is kept as a selector of four characters and a hash, for 15 minutes and five tries', async () => {
    const clock = testClock()
    const kept: ConsoleCode[] = []
    const consoleCodes = { create: async (code: ConsoleCode) => void kept.push(code), redeem: async () => undefined }
    const issue = () =>
      issueConsoleCode({ stores: { consoleCodes }, random: createRandom(clock), clock }, 'me' as OwnerId)
    const issued = await issue()
    const [selector, ...rest] = issued.code.split('-')
    expect(kept).toEqual([
      {
        selector: selector ?? '',
        hash: expect.stringMatching(/^[\w-]{43}$/),
        ownerId: 'me' as OwnerId,
        triesLeft: 5,
        expiresAt: clock.now() / 1000 + 900,
      },
    ])
    for (const part of rest) expect(JSON.stringify(kept)).not.toContain(part)
    expect((await issue()).code).not.toBe(issued.code)
  })

  for (const [typed, read] of [
    ['7H2K-9QX4-M3TB', '7H2K9QX4M3TB'],
    ['7h2k 9qx4 m3tb', '7H2K9QX4M3TB'],
    ['７Ｈ２Ｋ－９ＱＸ４－Ｍ３ＴＢ', '7H2K9QX4M3TB'],
    ['OILU-0000-0000', '011V00000000'],
    ['7H2K-9QX4-M3T', undefined],
    ['7H2K-9QX4-M3TBB', undefined],
    ['7H2K-9QX4-M3T*', undefined],
    ['', undefined],
  ] as const) {
    test(`typed as ${JSON.stringify(typed)} is ${read === undefined ? 'no code, and nobody is asked' : `read as ${read}`}`, async () => {
      expect(await askedFor(typed)).toEqual(read === undefined ? [] : await askedFor(read))
    })
  }
})
