/** Signing keys: how they are kept, and the ring that signs with them. */

/** next: published, not yet signing. current: signs. retired: published until its last token has expired. */
export const keyStates = ['next', 'current', 'retired'] as const

/** A signing key as it is kept: PKCS#8 PEM. */
export interface StoredKey {
  readonly kid: string
  readonly privateKeyPem: string
  readonly state: (typeof keyStates)[number]
  /** Since when it is in this state, Unix seconds. */
  readonly since: number
}

export interface KeyStore {
  load(): Promise<readonly StoredKey[]>
  /** Writes the ring if nobody changed it since `load` gave `expected` kids and states; false otherwise. Mode 0600 where a file. */
  save(keys: readonly StoredKey[], expected: readonly StoredKey[]): Promise<boolean>
  /** False for a mounted secret. */
  readonly writable: boolean
}

/** Signs with the current key and publishes every key that a live token may have been signed with. */
export interface KeyRing {
  /** A compact JWS over `claims`, RS256, with `kid` and the given `typ`. */
  sign(claims: Readonly<Record<string, unknown>>, typ: 'at+jwt' | 'JWT'): Promise<string>
  /** Public JWKs (RFC 7517) of the next, current and retired keys, in that order. */
  publicKeys(): Promise<readonly PublicJwk[]>
  /** next becomes current, current retired, a new next is made. Throws `Fault('conflict')` where the keys are mounted. */
  rotate(): Promise<void>
  /**
   * Takes in a key that was made elsewhere (PKCS#8 or PKCS#1 PEM): as `next`, or as the first `current`; says which. Throws
   * `Fault('invalid')` for what cannot be a signing key, `Fault('conflict')` for one that is there or where the keys are mounted.
   */
  add(pem: string): Promise<'next' | 'current'>
}

export interface PublicJwk {
  readonly kty: 'RSA'
  readonly kid: string
  readonly use: 'sig'
  readonly alg: 'RS256'
  readonly n: string
  readonly e: string
}
