import { Buffer } from 'node:buffer'
import { KeyObject, verify } from 'node:crypto'
import { Fault } from '../shared/fault.ts'

/** RFC 7518 section 3.3: a key of 2048 bits or larger. */
const shortestModulusBits = 2048

const keyObjects = new WeakMap<CryptoKey, KeyObject>()

/**
 * Whether a JWS in its compact form (RFC 7515 section 3.1) was signed by RS256 (RFC 7518 section 3.3: RSASSA-PKCS1-v1_5 with SHA-256)
 * with the private half of `key`. It is answered in the caller's own turn: one check takes some 30 us, and a promise for it resolves
 * behind whatever else the process then has in hand, a search of 5 ms among them.
 * Throws `Fault('unavailable')` for a key that is too weak to believe anything by, which no caller can help.
 */
export function isSignedBy(key: CryptoKey, jws: string): boolean {
  const at = jws.lastIndexOf('.')
  return verify('sha256', Buffer.from(jws.slice(0, at)), keyObjectOf(key), Buffer.from(jws.slice(at + 1), 'base64url'))
}

function keyObjectOf(key: CryptoKey): KeyObject {
  const known = keyObjects.get(key)
  if (known !== undefined) return known
  const made = KeyObject.from(key)
  const { modulusLength = 0 } = made.asymmetricKeyDetails ?? {}
  if (made.asymmetricKeyType !== 'rsa' || modulusLength < shortestModulusBits)
    throw new Fault(
      'unavailable',
      `The sign-in server's signing key is not RSA of ${shortestModulusBits} bits or more, so no token can be judged. Give it one that is: see OIDC_PRIVATE_KEY_FILE.`,
      { code: 'weak_signing_key' },
    )
  keyObjects.set(key, made)
  return made
}
