import { describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { redisKeyStore } from '../../src/adapters/redis/key-store.ts'
import { createSeal } from '../../src/adapters/redis/seal.ts'
import { Fault } from '../../src/shared/fault.ts'
import { Secret } from '../../src/shared/secret.ts'
import { engineUrl } from '../support/engines.ts'
import { describeKeyStore, storedKey } from './key-store.ts'
import { startRedis } from './redis-engine.ts'

const randomKey = () => new Secret(randomBytes(32).toString('base64'))

const codeOf = (work: () => unknown) => {
  try {
    return work()
  } catch (error) {
    return error instanceof Fault ? error.code : error
  }
}

describe('The seal of keys in Redis (AES-256-GCM, NIST SP 800-38D)', () => {
  test('what is sealed opens at its place with its key, and nowhere else', () => {
    const key = randomKey()
    const sealed = createSeal(key).close('private', 'here')
    expect(createSeal(key).open(sealed, 'here')).toBe('private')
    expect(codeOf(() => createSeal(key).open(sealed, 'there'))).toBe('keys_sealed_otherwise')
    expect(codeOf(() => createSeal(randomKey()).open(sealed, 'here'))).toBe('keys_sealed_otherwise')
  })

  test('any changed character is refused; the same text never seals alike', () => {
    const seal = createSeal(randomKey())
    const sealed = seal.close('private', 'here')
    expect(seal.close('private', 'here')).not.toBe(sealed)
    for (let at = 0; at < sealed.length; at += 3) {
      const other = sealed[at] === 'A' ? 'Q' : 'A'
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
      expect(codeOf(() => seal.open(changed, 'here'))).toBe('keys_sealed_otherwise')
    }
    expect(codeOf(() => seal.open(sealed.slice(0, -4), 'here'))).toBe('keys_sealed_otherwise')
    expect(codeOf(() => seal.open('', 'here'))).toBe('keys_sealed_otherwise')
  })

  test('the key is 32 bytes as base64 or hexadecimal, with the newline a file ends in; anything else is refused by name', () => {
    const bytes = randomBytes(32)
    const sealed = createSeal(new Secret(`${bytes.toString('base64')}\n`)).close('private', 'here')
    for (const form of ['hex', 'base64url'] as const) {
      expect(createSeal(new Secret(bytes.toString(form))).open(sealed, 'here')).toBe('private')
    }
    for (const bad of ['', 'password', randomBytes(16).toString('hex'), randomBytes(33).toString('base64')]) {
      expect(() => createSeal(new Secret(bad))).toThrow('KEYS_ENCRYPTION_KEY_FILE')
    }
  })
})

const url = engineUrl('REDIS_URL')
if (url !== undefined) {
  const seal = createSeal(randomKey())
  describeKeyStore('sealed in Redis', async () => {
    const { connect, stop } = await startRedis(url)
    return { open: async () => redisKeyStore(await connect(), seal), stop }
  })

  test('Redis never holds a private key in clear, and a process with another sealing key says so', async () => {
    const { admin, keyPrefix, connect, stop } = await startRedis(url)
    const connection = await connect()
    await redisKeyStore(connection, seal).save([storedKey('secret-kid')], [])
    const held = await admin.get(`${keyPrefix}keys`)
    expect(held).toStartWith('v1.')
    expect(held).not.toContain('PRIVATE')
    const stranger = redisKeyStore(connection, createSeal(randomKey()))
    await expect(stranger.load()).rejects.toMatchObject({ code: 'keys_sealed_otherwise' })
    await stop()
  })
}
