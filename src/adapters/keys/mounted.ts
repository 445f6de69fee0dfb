/** Signing keys that the operator mounted: they are used as they are and never changed from here. */
import type { KeyStore, StoredKey } from '../../oidc/ports.ts'
import { exported, openKey } from '../../oidc/tokens/signing-key.ts'
import { Fault } from '../../shared/fault.ts'
import type { Secret } from '../../shared/secret.ts'

/**
 * A ring of the mounted key and, if given, the one that will sign next. PKCS#1 or PKCS#8 PEM.
 * Throws `Fault('invalid')` naming the variable for what is not an RSA key of 2048 bits or more, and what to do about it.
 */
export async function mountedKeys(current: Secret, next: Secret | undefined): Promise<KeyStore> {
  const keys = [
    ...(next === undefined ? [] : [stored(next, 'next', 'OIDC_NEXT_PRIVATE_KEY')]),
    stored(current, 'current', 'OIDC_PRIVATE_KEY'),
  ]
  if (keys[0]?.kid === keys[1]?.kid)
    throw new Fault('invalid', 'OIDC_NEXT_PRIVATE_KEY is the same key as OIDC_PRIVATE_KEY.')
  return { writable: false, load: async () => keys, save: async () => false }
}

function stored(pem: Secret, state: StoredKey['state'], variable: string): StoredKey {
  try {
    const { publicJwk, privateKey } = openKey(pem.reveal())
    return { kid: publicJwk.kid, privateKeyPem: exported(privateKey), state, since: 0 }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new Fault('invalid', `${variable} cannot be used. ${cause.message}`, { field: variable, cause })
  }
}
