/** Signing keys that the operator mounted: they are used as they are and never changed from here. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import type { KeyStore, StoredKey } from '../../oidc/ports.ts'
import { Fault } from '../../shared/fault.ts'
import type { Secret } from '../../shared/secret.ts'

/**
 * A ring of the mounted key and, if given, the one that will sign next. PKCS#1 or PKCS#8 PEM.
 * Throws `Fault('invalid')` naming the variable for what is not an RSA key of 2048 bits or more.
 */
export async function mountedKeys(current: Secret, next: Secret | undefined): Promise<KeyStore> {
  const keys = [
    ...(next === undefined ? [] : [await stored(next, 'next', 'OIDC_NEXT_PRIVATE_KEY')]),
    await stored(current, 'current', 'OIDC_PRIVATE_KEY'),
  ]
  if (keys[0]?.kid === keys[1]?.kid)
    throw new Fault('invalid', 'OIDC_NEXT_PRIVATE_KEY is the same key as OIDC_PRIVATE_KEY.')
  return { writable: false, load: async () => keys, save: async () => false }
}

async function stored(pem: Secret, state: StoredKey['state'], variable: string): Promise<StoredKey> {
  const key = rsaKey(pem, variable)
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint({ kty: 'RSA', n, e })
  return { kid, privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(), state, since: 0 }
}

function rsaKey(pem: Secret, variable: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem.reveal())
  } catch (cause) {
    throw new Fault('invalid', `${variable} is not a private key in PEM (PKCS#1 or PKCS#8, without a passphrase).`, {
      cause,
    })
  }
  if (key.asymmetricKeyType !== 'rsa')
    throw new Fault('invalid', `${variable} must be an RSA key: RS256 is what clients verify.`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < 2048) throw new Fault('invalid', `${variable} has ${bits} bits; it needs 2048 or more.`)
  return key
}
