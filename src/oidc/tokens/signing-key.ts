import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { Fault } from '../../shared/fault.ts'
import { sha256 } from '../../shared/hash.ts'
import type { PublicJwk } from '../ports.ts'

/** RFC 7518 section 3.3. */
const leastBits = 2048

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
  const { asymmetricKeyType: type, asymmetricKeyDetails } = privateKey
  if (type !== 'rsa')
    throw new Fault(
      'invalid',
      `A signing key is an RSA key, for RS256, which every client verifies; this one is ${type}.`,
    )
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < leastBits) throw new Fault('invalid', `A signing key has ${leastBits} bits or more; this one has ${bits}.`)
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

/** PKCS#8 PEM, as keys are kept. */
export const exported = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

function readPem(pem: string): KeyObject {
  const found = whatElse.find(([pattern]) => pattern.test(pem))
  if (found !== undefined) throw new Fault('invalid', found[1])
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new Fault('invalid', 'This is not a private key in PEM: PKCS#8 or PKCS#1, without a passphrase.', { cause })
  }
}

/** What people give in place of a private key, and what to do then. */
const whatElse: readonly (readonly [RegExp, string])[] = [
  [
    /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/,
    'This key is locked with a passphrase. Unlock it first: openssl pkey -in FILE -out UNLOCKED',
  ],
  [/BEGIN (RSA )?PUBLIC KEY/, 'This is a public key; the private one signs.'],
  [/BEGIN CERTIFICATE/, 'This is a certificate; the private key that belongs to it signs.'],
  [
    /BEGIN OPENSSH PRIVATE KEY/,
    'This key is in the format of OpenSSH. Convert a copy of it: ssh-keygen -p -m PEM -N "" -f COPY',
  ],
]
