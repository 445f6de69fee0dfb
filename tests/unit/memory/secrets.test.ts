import { describe, expect, test } from 'bun:test'
import { maskSecrets, maskSecretsIn } from '../../../src/memory/secrets.ts'
import { growthOf, withTheLength } from '../../support/growth.ts'

/** Put together here, so that no scanner takes this file for a leak. */
const secret = (...parts: string[]) => parts.join('')
const alphanumeric = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6'

const secrets: [kind: string, text: string][] = [
  ['OpenAI key', secret('sk-', 'proj-', alphanumeric.slice(0, 40))],
  ['Anthropic key', secret('sk-', 'ant-', alphanumeric.slice(0, 40))],
  ['GitHub token', secret('ghp', '_', alphanumeric.slice(0, 36))],
  ['GitLab token', secret('glpat', '-', alphanumeric.slice(0, 20))],
  ['AWS access key', secret('AKIA', 'IOSFODNN7EXAMPLE')],
  ['Google key', secret('AIza', alphanumeric.slice(0, 35))],
  ['Slack token', secret('xoxb', '-1234567890-', alphanumeric.slice(0, 20))],
  ['Stripe key', secret('sk', '_live_', alphanumeric.slice(0, 24))],
  ['npm token', secret('npm', '_', alphanumeric.slice(0, 36))],
  ['Hugging Face token', secret('hf', '_', alphanumeric.slice(0, 34))],
  ['JSON Web Token', secret('eyJ', 'hbGciOiJIUzI1NiJ9.eyJ', 'zdWIiOiIxMjM0NTY3ODkwIn0.', alphanumeric.slice(0, 43))],
  ['private key', secret('-----BEGIN ', 'PRIVATE KEY-----\n', alphanumeric, '\n-----END ', 'PRIVATE KEY-----')],
  ['card number', '4111 1111 1111 1111'],
  ['card number', '5555-5555-5555-4444'],
  ['card number', '378282246310005'],
]

describe('secrets are masked before the write', () => {
  for (const [kind, text] of secrets) {
    test(`${kind}: ${text.slice(0, 8)}`, () => {
      const masked = maskSecrets(`Before ${text} after.`)
      expect(masked.kinds).toEqual([kind])
      expect(masked.text).toBe(`Before [masked: ${kind}] after.`)
    })
  }

  test('only the password of a URL is masked (RFC 3986 section 3.2.1)', () => {
    expect(maskSecrets('postgres://ada:hunter22@db.example/main').text).toBe(
      'postgres://ada:[masked: password in a URL]@db.example/main',
    )
  })

  test('a password that is named as such, in several languages', () => {
    expect(maskSecrets('The wifi password is gr33n-tea!').text).toBe('The wifi password is [masked: password]')
    expect(maskSecrets('Das Passwort ist Sommer2024').text).toBe('Das Passwort ist [masked: password]')
  })

  test('several in one text, each kind told once', () => {
    const two = maskSecrets('4111 1111 1111 1111 and 5555-5555-5555-4444')
    expect(two).toEqual({ text: '[masked: card number] and [masked: card number]', kinds: ['card number'] })
  })

  test('masking twice is masking once', () => {
    const once = maskSecrets(`password: abc123def ${secrets[0]?.[1]}`)
    expect(maskSecrets(once.text)).toEqual({ text: once.text, kinds: [] })
  })

  for (const text of [
    'Her phone number is +49 170 1234567 and her birthday 1990-05-12.',
    'My password is stored safely with my brother.',
    'Order 4111111111111112 fails the Luhn check.',
    'The flight leaves at 18:30 on 2026-11-24 from gate 1234.',
    'IBAN DE89 3704 0044 0532 0130 00',
    'commit 783fd25a9c1e4b6d8f0a2c4e6b8d0f1a3c5e7b9d',
    'She said sk-learn is her favourite library; risk-assessment-documents-for-the-board too.',
    'UUID 01a20b37-5015-708a-a0c9-de39d342eb19',
  ]) {
    test(`left alone: ${text.slice(0, 40)}`, () => {
      expect(maskSecrets(text)).toEqual({ text, kinds: [] })
    })
  }

  test('a long text that nearly matches everywhere takes time by its length, not by its square', async () => {
    const nearly = (size: number) =>
      `${'-----BEGIN '.repeat(size)}${'password is '.repeat(size)}${'1 2-'.repeat(3 * size)}`
    expect(await growthOf((size) => maskSecrets(nearly(size)), 3_000)).toBeLessThan(withTheLength)
  })
})

describe('secrets in JSON that goes with a memory', () => {
  test('are masked wherever they are, and what is none stays as it is', () => {
    const key = secret('sk-', 'ant-', alphanumeric.slice(0, 40))
    const given = { source: 'chat', n: 3, none: null, deep: [{ note: `the key ${key}` }, true, ''] }
    expect(maskSecretsIn(given)).toEqual({
      value: { source: 'chat', n: 3, none: null, deep: [{ note: 'the key [masked: Anthropic key]' }, true, ''] },
      kinds: ['Anthropic key'],
    })
  })

  test('digits alone are an id, unless they are named a card', () => {
    const digits = ['4111', '1111', '1111', '1111'].join('')
    expect(maskSecretsIn({ message_id: digits, card: digits, text: `pay with ${digits}` }).value).toEqual({
      message_id: digits,
      card: '[masked: card number]',
      text: 'pay with [masked: card number]',
    })
  })

  test('are told by the name that they are under too', () => {
    expect(maskSecretsIn({ password: 'hunter2!!', api_key: ['abc-123-def'], passage: 'hunter2!!' })).toEqual({
      value: { password: '[masked: password]', api_key: ['[masked: password]'], passage: 'hunter2!!' },
      kinds: ['password'],
    })
  })
})
