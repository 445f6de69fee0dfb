/** AES-256-GCM (NIST SP 800-38D): who does not have the key of 32 bytes can neither read a text nor change it unnoticed. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** 96 bits, as the mode wants them; random, so one key may seal some billions of texts (section 8.3). */
export const nonceBytes = 12
/** The longest there is. Said to the runtime too: where it is left open, some take four bytes for a tag (appendix C). */
export const tagBytes = 16

export interface Sealed {
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

/** `place` is bound in: sealed for one place, a text opens at no other. */
export function seal(text: string, key: Uint8Array, place = ''): Sealed {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(place))
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return { nonce, ciphertext, tag: cipher.getAuthTag() }
}

/** What was sealed with this key for this place; undefined for anything else. */
export function unseal({ nonce, ciphertext, tag }: Sealed, key: Uint8Array, place = ''): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(place))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
