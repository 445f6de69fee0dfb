import { describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { KeyRing, StoredKey } from '../../../src/oidc/ports.ts'
import { createKeyRing } from '../../../src/oidc/tokens/key-ring.ts'
import { type MakeKey, makeKey } from '../../../src/oidc/tokens/ring.ts'
import { openKey } from '../../../src/oidc/tokens/signing-key.ts'
import { memoryKeyStore } from '../../support/memory-key-store.ts'
import { rsaKey, rsaPem } from '../../support/rsa-keys.ts'
import { signingKeys } from '../../support/signing-keys.ts'
import { testClock } from '../../support/time.ts'

const tokenTtlSeconds = 3600
const made = await signingKeys(testClock().now())
const rsa = await rsaKey('foreign')
const others = await Promise.all(
  ['client', 'next-of-client', 'issuer', 'next-of-issuer', 'identity-provider', 'a', 'b', 'c'].map(async (name) => {
    const privateKeyPem = await rsaPem(name)
    return { kid: openKey(privateKeyPem).publicJwk.kid, privateKeyPem }
  }),
)
let turn = 0
/** In place of making one, which takes long: each of eight is another. */
const prepared: MakeKey = async (state, since) => {
  const key = others[turn++ % others.length]
  if (key === undefined) throw new Error('no key')
  return { ...key, state, since }
}

/** A ring that has its first keys, unless it is given an empty store. */
function ring(store = memoryKeyStore(made), clock = testClock(), make = prepared) {
  return { store, clock, keyRing: createKeyRing({ store, clock, tokenTtlSeconds, make }) }
}
const kids = async (keyRing: KeyRing) => (await keyRing.publicKeys()).map(({ kid }) => kid)
const signer = async (keyRing: KeyRing) => String(decodeProtectedHeader(await keyRing.sign({ sub: 'a' }, 'at+jwt')).kid)

describe('key ring', () => {
  test('RFC 7515: what it signs verifies with what it publishes, typ and kid in the header', async () => {
    const { keyRing } = ring()
    const token = await keyRing.sign({ sub: 'ä', n: 1 }, 'at+jwt')
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createLocalJWKSet({ keys: [...(await keyRing.publicKeys())] }),
      { algorithms: ['RS256'] },
    )
    expect(payload).toEqual({ sub: 'ä', n: 1 })
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
  })

  test('RFC 7638: kid is the thumbprint; RFC 7517: distinct kids and nothing private', async () => {
    const { keyRing } = ring()
    const keys = await keyRing.publicKeys()
    expect(keys).toHaveLength(2)
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2)
    for (const key of keys) {
      expect(key.kid).toBe(await calculateJwkThumbprint({ ...key }))
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    }
  })

  test('rotation publishes before it signs, and keeps what signed until its last token has expired', async () => {
    const { keyRing, clock } = ring()
    const [next = '', current = ''] = await kids(keyRing)
    expect(await signer(keyRing)).toBe(current)
    await keyRing.rotate()
    expect(await signer(keyRing)).toBe(next)
    const [newest = '', ...rest] = await kids(keyRing)
    expect(rest).toEqual([next, current])
    clock.advanceSeconds(tokenTtlSeconds + 600)
    await keyRing.rotate()
    expect(await kids(keyRing)).toContain(current)
    expect(await signer(keyRing)).toBe(newest)
    clock.advanceSeconds(tokenTtlSeconds + 600)
    await keyRing.rotate()
    expect(await kids(keyRing)).not.toContain(current)
  })

  test('a second rotation at once signs with nothing that a verifier with a cached key set has not seen', async () => {
    const { keyRing, clock } = ring()
    const published = await kids(keyRing)
    await keyRing.rotate()
    const first = await signer(keyRing)
    await keyRing.rotate()
    await expect(keyRing.rotate()).rejects.toMatchObject({ kind: 'conflict', retryAfterSeconds: 600 })
    expect(await signer(keyRing)).toBe(first)
    expect(published).toContain(first)
    clock.advanceSeconds(601)
    const later = await signer(keyRing)
    expect(later).not.toBe(first)
    expect(await kids(keyRing)).toContain(first)
  })

  test('several processes that start at once on one store agree on the keys', async () => {
    const store = memoryKeyStore()
    const rings = Array.from({ length: 4 }, () => ring(store).keyRing)
    const seen = await Promise.all(rings.map(kids))
    expect(new Set(seen.map(String)).size).toBe(1)
  })

  test('another process publishes what one rotated within ten seconds', async () => {
    const clock = testClock()
    const store = memoryKeyStore()
    const [one, other] = [ring(store, clock, makeKey).keyRing, ring(store, clock, makeKey).keyRing]
    await kids(other)
    await one.rotate()
    clock.advanceSeconds(10)
    expect(await kids(other)).toEqual(await kids(one))
  })

  test('a store that fails is unavailable at first, and no reason to stop signing later', async () => {
    const { store, clock } = ring()
    let down = true
    const flaky = { ...store, load: () => (down ? Promise.reject(new Error('lost')) : store.load()) }
    const keyRing = createKeyRing({ store: flaky, clock, tokenTtlSeconds })
    await expect(keyRing.publicKeys()).rejects.toMatchObject({ kind: 'unavailable' })
    down = false
    const kid = await signer(keyRing)
    down = true
    clock.advanceSeconds(60)
    expect(await signer(keyRing)).toBe(kid)
  })

  const damaged = made.map((key) => (key.state === 'next' ? { ...key, kid: 'unread', privateKeyPem: 'no key' } : key))

  test('a key that is damaged as it is kept is unavailable, whose cause names the key, for whatever is asked', async () => {
    const { keyRing } = ring(memoryKeyStore(damaged))
    for (const ask of [() => keyRing.publicKeys(), () => keyRing.sign({}, 'JWT'), () => keyRing.rotate()]) {
      await expect(ask()).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'key_damaged',
        cause: { name: 'Finding', message: expect.stringContaining('the next key') },
      })
    }
  })

  test('a process that has read the keys goes on with them, and says once that it cannot read them any more', async () => {
    const { store, clock } = ring()
    let kept: () => Promise<readonly StoredKey[]> = store.load
    const told: unknown[] = []
    const keyRing = createKeyRing({
      store: { ...store, load: () => kept() },
      clock,
      tokenTtlSeconds,
      onUnreadable: (fault) => told.push(fault.code),
    })
    const kid = await signer(keyRing)
    for (const unreadable of [async () => damaged, () => Promise.reject(new Error('lost'))]) {
      kept = unreadable
      for (let times = 0; times < 3; times++) {
        clock.advanceSeconds(60)
        expect(await signer(keyRing)).toBe(kid)
      }
      kept = store.load
      clock.advanceSeconds(60)
      expect(await signer(keyRing)).toBe(kid)
    }
    expect(told).toEqual(['key_damaged', 'unavailable'])
  })

  test('mounted keys are not rotated from here', async () => {
    const { store, keyRing, clock } = ring()
    await keyRing.publicKeys()
    const mounted = createKeyRing({ store: memoryKeyStore(await store.load(), false), clock, tokenTtlSeconds })
    expect(await kids(mounted)).toHaveLength(2)
    await expect(mounted.rotate()).rejects.toMatchObject({ kind: 'conflict' })
  })

  test('RFC 7518 section 3.3: PKCS#1 and PKCS#8 of 2048 bits and more are taken', () => {
    for (const { privateKey } of [rsa, generateKeyPairSync('rsa', { modulusLength: 3072 })]) {
      const kids = (['pkcs1', 'pkcs8'] as const).map(
        (type) => openKey(privateKey.export({ type, format: 'pem' }).toString()).publicJwk.kid,
      )
      expect(kids[0]).toBe(kids[1])
    }
  })

  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
  test.each([
    ['1024 bits', () => generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(pkcs8), '1024'],
    ['EC', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pkcs8), 'this one is ec'],
    ['Ed25519', () => generateKeyPairSync('ed25519').privateKey.export(pkcs8), 'this one is ed25519'],
    ['public', () => rsa.publicKey.export({ type: 'spki', format: 'pem' }), 'public key'],
    ['public, PKCS#1', () => rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }), 'public key'],
    [
      'locked',
      () => rsa.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' }),
      'openssl pkey -in FILE',
    ],
    ['a certificate', () => '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', 'certificate'],
    ['OpenSSH', () => '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n', 'ssh-keygen'],
    ['cut short', () => rsa.privateKey.export(pkcs8).toString().slice(0, 500), 'not a private key in PEM'],
    ['nothing', () => '', 'not a private key in PEM'],
  ])('any other key is refused with a reason: %s', async (_what, pem, reason) => {
    const { keyRing } = ring()
    await expect(keyRing.add(pem().toString())).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(reason),
    })
  })
})

describe('a key that was made elsewhere', () => {
  const foreign = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

  test('signs at once where there was none', async () => {
    const { keyRing } = ring(memoryKeyStore())
    expect(await keyRing.add(foreign)).toBe('current')
    expect(await signer(keyRing)).toBe(openKey(foreign).publicJwk.kid)
  })

  test('else is published as the next, in place of one that has signed nothing, and signs after a rotation', async () => {
    const { keyRing, clock } = ring()
    const [, current = ''] = await kids(keyRing)
    const added = openKey(foreign).publicJwk.kid
    expect(await keyRing.add(foreign)).toBe('next')
    expect(await kids(keyRing)).toEqual([added, current])
    expect(await signer(keyRing)).toBe(current)
    await keyRing.rotate()
    expect(await signer(keyRing)).toBe(current)
    clock.advanceSeconds(600)
    expect(await signer(keyRing)).toBe(added)
  })

  test('twice, or where the keys are mounted, is a conflict', async () => {
    const { keyRing } = ring()
    await keyRing.add(foreign)
    await expect(keyRing.add(foreign)).rejects.toMatchObject({ kind: 'conflict' })
    await expect(ring(memoryKeyStore([], false)).keyRing.add(foreign)).rejects.toMatchObject({ kind: 'conflict' })
  })
})
