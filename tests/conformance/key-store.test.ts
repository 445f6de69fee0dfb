import { describe, expect, test } from 'bun:test'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { openKeyFolder } from '../../src/adapters/keys/folder.ts'
import { mountedKeys } from '../../src/adapters/keys/mounted.ts'
import type { StoredKey } from '../../src/oidc/ports.ts'
import { errorRecord } from '../../src/shared/error-record.ts'
import { Secret } from '../../src/shared/secret.ts'
import { rsaKey } from '../support/rsa-keys.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { describeKeyStore, storedKey } from './key-store.ts'

const folder = () => join(temporaryFolder('keys'), 'keys')
const pem = (privateKey: KeyObject, type: 'pkcs1' | 'pkcs8' = 'pkcs8') =>
  new Secret(privateKey.export({ type, format: 'pem' }).toString())
const [issuer, next] = [await rsaKey('issuer'), await rsaKey('next-of-issuer')]

describeKeyStore('in a folder', async () => {
  const path = folder()
  return {
    open: async () => openKeyFolder(path),
    stop: async () => {},
  }
})

describe('KeyStore in a folder', () => {
  test('the folder is 0700, its files 0600, and old versions do not pile up', async () => {
    const path = folder()
    const store = openKeyFolder(path)
    let ring: StoredKey[] = []
    for (const kid of ['a', 'b', 'c', 'd']) {
      await store.save([storedKey(kid)], ring)
      ring = [storedKey(kid)]
    }
    expect(statSync(path).mode & 0o777).toBe(0o700)
    const files = readdirSync(path)
    expect(files).toHaveLength(2)
    for (const file of files) expect(statSync(join(path, file)).mode & 0o777).toBe(0o600)
  })

  test('a ring that is gone whenever it is read: the keys are unavailable, and the log tells why', async () => {
    const path = temporaryFolder('keys')
    symlinkSync(join(path, 'nothing'), join(path, 'ring-000001.json'))
    const error = await openKeyFolder(path)
      .load()
      .catch((thrown) => thrown)
    expect(errorRecord(error)).toMatchObject({
      code: 'keys_unavailable',
      cause: { message: 'the ring of keys changes faster than it can be read' },
    })
  })
})

describe('KeyStore of mounted keys', () => {
  test('PKCS#1 and PKCS#8 are read; kid is the RFC 7638 thumbprint; nothing is written', async () => {
    const store = await mountedKeys(pem(issuer.privateKey, 'pkcs1'), pem(next.privateKey))
    const ring = await store.load()
    expect(ring.map(({ state }) => state)).toEqual(['next', 'current'])
    for (const { kid, privateKeyPem } of ring) {
      expect(kid).toMatch(/^[A-Za-z0-9_-]{43}$/)
      expect(privateKeyPem).toStartWith('-----BEGIN PRIVATE KEY-----')
    }
    expect(store.writable).toBe(false)
    expect(await store.save([], ring)).toBe(false)
  })

  test('what is not an RSA key of 2048 bits is refused by name', async () => {
    const { privateKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { privateKey: short } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    await expect(mountedKeys(new Secret('hush'), undefined)).rejects.toThrow('OIDC_PRIVATE_KEY')
    await expect(mountedKeys(pem(ec), undefined)).rejects.toThrow('RSA')
    await expect(mountedKeys(pem(short), undefined)).rejects.toThrow('1024')
    const same = pem(issuer.privateKey)
    await expect(mountedKeys(same, same)).rejects.toThrow('same key')
  })

  test('what was mounted instead of a usable key is told apart, with what to do, and the variable is named', async () => {
    const { privateKey, publicKey } = next
    const locked = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hush' })
    const open = publicKey.export({ type: 'spki', format: 'pem' })
    await expect(mountedKeys(pem(issuer.privateKey), new Secret(locked.toString()))).rejects.toMatchObject({
      kind: 'invalid',
      field: 'OIDC_NEXT_PRIVATE_KEY',
      message: expect.stringContaining('openssl pkey'),
    })
    await expect(mountedKeys(new Secret(open.toString()), undefined)).rejects.toThrow('public key')
  })
})
