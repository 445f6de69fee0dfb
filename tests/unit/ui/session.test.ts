import { describe, expect, test } from 'bun:test'
import { returnPath } from '../../../src/ui/session/login.ts'
import { sealSession, unsealSession } from '../../../src/ui/session/seal.ts'

describe('what a session holds', () => {
  test('opens with the cookie that sealed it, and with no other; a changed bit opens with none', () => {
    const sealed = sealSession('tokens', 'cookie')
    expect(unsealSession(sealed, 'cookie')).toBe('tokens')
    expect(unsealSession(sealed, 'another cookie')).toBeUndefined()
    const bytes = Buffer.from(sealed, 'base64url')
    for (const at of [0, 14, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(unsealSession(changed.toString('base64url'), 'cookie')).toBeUndefined()
    }
    expect(unsealSession('', 'cookie')).toBeUndefined()
  })

  test('is never the same twice', () => {
    expect(sealSession('tokens', 'cookie')).not.toBe(sealSession('tokens', 'cookie'))
  })
})

describe('where a sign-in leads afterwards', () => {
  const settings = { uiBaseUrl: 'https://memory.example.com' }
  test.each([
    ['/memories?q=a%20b&page=2', '/memories?q=a%20b&page=2'],
    ['/memories/../apps', '/apps'],
    ['/apps#x', '/apps'],
    [null, '/'],
    ['', '/'],
    ['memories', '/'],
    ['https://evil.example/', '/'],
    ['//evil.example/x', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/..//evil.example', '/'],
    ['/%2e//evil.example', '/'],
    ['/./\\evil.example', '/'],
    ['/x/..//evil.example', '/'],
    ['/session/logout', '/'],
    [`/${'x'.repeat(1_000)}`, '/'],
  ])('%p: %p', (asked, to) => {
    expect(returnPath(asked, settings)).toBe(to)
  })
})
