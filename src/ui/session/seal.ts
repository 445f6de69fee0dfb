/** A session sealed with a key that is derived from the cookie of one browser (HKDF, RFC 5869) and kept nowhere. */
import { hkdfSync } from 'node:crypto'
import { nonceBytes, seal, tagBytes, unseal } from '../../shared/aes-gcm.ts'

const keyOf = (cookie: string): Buffer => Buffer.from(hkdfSync('sha256', cookie, '', 'souvenir ui session', 32))

/** `nonce | ciphertext | tag`, base64url. */
export function sealSession(text: string, cookie: string): string {
  const { nonce, ciphertext, tag } = seal(text, keyOf(cookie))
  return Buffer.concat([nonce, ciphertext, tag]).toString('base64url')
}

/** What was sealed with this cookie; undefined for anything else. */
export function unsealSession(sealed: string, cookie: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  const parts = {
    nonce: bytes.subarray(0, nonceBytes),
    ciphertext: bytes.subarray(nonceBytes, -tagBytes),
    tag: bytes.subarray(-tagBytes),
  }
  return unseal(parts, keyOf(cookie))
}
