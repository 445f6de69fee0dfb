import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { Fault } from '../../shared/fault.ts'
import { sha256 } from '../../shared/hash.ts'
import type { PublicJwk } from '../ports.ts'

/** A private key ready to sign with, and what is said of it in public. */
export interface SigningKey {
  readonly privateKey: KeyObject
  readonly publicJwk: PublicJwk
  /** The encoded JOSE headers, the same for every token. */
  readonly accessTokenHeader: string
  readonly idTokenHeader: string
}

/**
 * Opens an RSA private key, PKCS#8 or PKCS#1 PEM, of 2048 bits at least (RFC 7518 section 3.3).
 * `kid` is its RFC 7638 thumbprint. Throws `Fault('invalid')` for anything else.
 */
export function openKey(pem: string): SigningKey {
  const privateKey = readPem(pem)
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
  if (privateKey.asymmetricKeyType !== 'rsa' || bits < 2048) {
    throw new Fault(
      'invalid',
      `A signing key must be RSA of at least 2048 bits; this one is ${privateKey.asymmetricKeyType} ${bits}.`,
    )
  }
  const { n, e } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (n === undefined || e === undefined) throw new Fault('invalid', 'The signing key has no public part.')
  const kid = sha256(JSON.stringify({ e, kty: 'RSA', n }))
  return {
    privateKey,
    publicJwk: { kty: 'RSA', kid, use: 'sig', alg: 'RS256', n, e },
    accessTokenHeader: header('at+jwt', kid),
    idTokenHeader: header('JWT', kid),
  }
}

const header = (typ: string, kid: string) =>
  Buffer.from(JSON.stringify({ alg: 'RS256', typ, kid })).toString('base64url')

function readPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new Fault('invalid', 'The signing key is not a PEM private key (PKCS#8 or PKCS#1, without a passphrase).', {
      cause,
    })
  }
}
