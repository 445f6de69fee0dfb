/** What anybody may send as an access token is read in no more time than its length. */
import { describe, expect, test } from 'bun:test'
import { statedAudience } from '../../../src/oidc/own-token.ts'
import { longestAccessToken } from '../../../src/shared/bearer-token.ts'
import { growthOf, withTheLength } from '../../support/growth.ts'

const tokenWith = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`

describe('RFC 9068 section 2.2: the audience that a token states, before it is verified', () => {
  test('in the spelling in which resources are compared: no slash at the end, one or several', () => {
    expect(statedAudience(tokenWith({ aud: 'https://Example.com/' }))).toEqual(['https://example.com'])
    expect(statedAudience(tokenWith({ aud: ['https://example.com/mcp/', 'else'] }))).toEqual([
      'https://example.com/mcp',
      'else',
    ])
  })

  test('none of what is no JWT, has none, has one that is no text, or is longer than any token of ours', () => {
    const long = tokenWith({ aud: 'https://example.com', more: 'x'.repeat(longestAccessToken) })
    for (const token of ['', 'x', 'a.b.c', tokenWith({}), tokenWith({ aud: 7 }), tokenWith({ aud: [null] }), long]) {
      expect(statedAudience(token)).toEqual([])
    }
  })

  test('in a time that grows with its length, whatever it is made of', async () => {
    for (const filling of ['/', 'https://a/', '#', '\u0000', ' ']) {
      const ask = (size: number) => {
        const token = tokenWith({ aud: `${filling.repeat(Math.ceil(size / filling.length))}x` })
        for (let n = 0; n < 20; n++) statedAudience(token)
      }
      expect(await growthOf(ask, 6_000)).toBeLessThan(withTheLength)
    }
  })
})
