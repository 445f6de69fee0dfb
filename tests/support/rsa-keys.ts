/** RSA keys of 2048 bits, for tests of what is done with them: to make one takes 120 ms of processor time. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { kept } from './kept.ts'

/** PKCS#8 PEM of the private key of this name, the same in every test: another name is another key. */
export async function rsaPem(name: string): Promise<string> {
  const path = await kept(`rsa-${name}.pem`, (incoming) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(incoming, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  })
  return readFileSync(path, 'utf8')
}

export interface RsaKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** The same as keys to sign and verify with. */
export async function rsaKey(name: string): Promise<RsaKey> {
  const privateKey = createPrivateKey(await rsaPem(name))
  return { privateKey, publicKey: createPublicKey(privateKey) }
}
