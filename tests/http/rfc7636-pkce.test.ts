import { describe, expect, test } from 'bun:test'
import { sha256 } from '../../src/shared/hash.ts'
import { clientSecret, confidentialWithoutPkce, departureOf, verifier } from '../support/authorization-server.ts'
import { refusalOf, startBackChannel, tokensOf } from '../support/back-channel.ts'

const { server, back, client } = await startBackChannel()

describe('RFC 7636 section 4.6: the verifier is checked before tokens are issued', () => {
  for (const [what, code_verifier] of [
    ['no verifier', undefined],
    ['an empty verifier', ''],
    ['a verifier that does not match', 'x'.repeat(43)],
    ['the challenge itself', sha256(verifier)],
    ['the verifier with one character more', `${verifier}x`],
  ] as const) {
    test(`${what} is invalid_grant, and the code is spent`, async () => {
      const code = await back.mintCode(client)
      const refusal = await refusalOf(await back.redeem(client, code, { code_verifier }))
      expect(refusal).toMatchObject({ status: 400, error: 'invalid_grant' })
      expect((await refusalOf(await back.redeem(client, code))).error).toBe('invalid_grant')
    })
  }

  for (const length of [43, 128]) {
    test(`section 4.1: a verifier of ${length} characters is accepted`, async () => {
      const own = '-._~aZ09'.repeat(16).slice(0, length)
      const code = await back.mintCode(client, { codeChallenge: sha256(own) })
      await tokensOf(await back.redeem(client, code, { code_verifier: own }))
    })
  }

  for (const [what, own] of [
    ['42 characters', 'x'.repeat(42)],
    ['129 characters', 'x'.repeat(129)],
    ['characters outside A-Z a-z 0-9 - . _ ~', `${'x'.repeat(43)}+`],
  ] as const) {
    test(`section 4.1: a verifier of ${what} is invalid_grant, even when it matches`, async () => {
      const code = await back.mintCode(client, { codeChallenge: sha256(own) })
      expect((await refusalOf(await back.redeem(client, code, { code_verifier: own }))).error).toBe('invalid_grant')
    })
  }
})

describe('OAuth 2.1 section 7.5.2: PKCE cannot be downgraded', () => {
  for (const [what, changes] of [
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['the method plain', { code_challenge: verifier, code_challenge_method: 'plain' }],
    ['a challenge without a method, which means plain', { code_challenge_method: undefined }],
    ['a method without a challenge', { code_challenge: undefined }],
    ['an empty challenge', { code_challenge: '' }],
  ] as const) {
    test(`${what} is invalid_request at the authorization endpoint`, async () => {
      const answer = departureOf(await server.browser().open(server.authorizationUrl(client, changes)))
      expect(answer.searchParams.get('error')).toBe('invalid_request')
      expect(answer.searchParams.get('iss')).toBe(server.issuer)
      expect(answer.searchParams.get('code')).toBeNull()
    })
  }

  test('a confidential client must use PKCE too unless it was registered otherwise', async () => {
    const confidential = await server.addClient({ ...confidentialWithoutPkce, pkceRequired: true })
    const url = server.authorizationUrl(confidential, { code_challenge: undefined, code_challenge_method: undefined })
    expect(departureOf(await server.browser().open(url)).searchParams.get('error')).toBe('invalid_request')
  })

  test('section 4.1.3: a verifier for a code that had no challenge is invalid_grant', async () => {
    const confidential = await server.addClient(confidentialWithoutPkce)
    const mint = () => back.mintCode(confidential)
    const secret = { client_secret: clientSecret }
    expect((await refusalOf(await back.redeem(confidential, await mint(), secret))).error).toBe('invalid_grant')
    await tokensOf(await back.redeem(confidential, await mint(), { ...secret, code_verifier: undefined }))
  })
})
