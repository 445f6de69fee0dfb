/** What must not lie in Redis in clear is sealed there (AES-256-GCM): whoever reads its memory or its dump learns nothing. */
import { seal, unseal } from '../../shared/aes-gcm.ts'
import { Fault } from '../../shared/fault.ts'
import type { Secret } from '../../shared/secret.ts'

const version = 'v1'

export interface Seal {
  /** `v1.nonce.ciphertext.tag`, each base64url; `place` is bound in, so that a sealed text opens nowhere else. */
  close(text: string, place: string): string
  /** @throws Fault `unavailable` (`keys_sealed_otherwise`) when another key sealed it, or it was changed */
  open(sealed: string, place: string): string
}

/**
 * A key of 32 bytes as base64, base64url or hexadecimal (`openssl rand -base64 32`).
 * @throws Fault `invalid` naming `KEYS_ENCRYPTION_KEY_FILE` for anything else
 */
export function createSeal(encryptionKey: Secret): Seal {
  const key = keyBytes(encryptionKey.reveal().trim())
  return {
    close(text, place) {
      const { nonce, ciphertext, tag } = seal(text, key, place)
      return [version, ...[nonce, ciphertext, tag].map((part) => Buffer.from(part).toString('base64url'))].join('.')
    },
    open(sealed, place) {
      const [written, ...parts] = sealed.split('.')
      const [nonce, ciphertext, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
      const readable = written === version && nonce !== undefined && ciphertext !== undefined && tag !== undefined
      const text = readable ? unseal({ nonce, ciphertext, tag }, key, place) : undefined
      if (text !== undefined) return text
      throw new Fault(
        'unavailable',
        'The signing keys in Redis were sealed with another key than KEYS_ENCRYPTION_KEY_FILE holds, or were changed.',
        { code: 'keys_sealed_otherwise' },
      )
    },
  }
}

function keyBytes(text: string): Buffer {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text)
    ? Buffer.from(text, 'hex')
    : /^[A-Za-z0-9+/_-]{43}=?$/.test(text)
      ? Buffer.from(text, 'base64')
      : undefined
  if (bytes?.length === 32) return bytes
  throw new Fault(
    'invalid',
    'KEYS_ENCRYPTION_KEY_FILE must hold 32 random bytes as base64 or hexadecimal: openssl rand -base64 32',
    { field: 'KEYS_ENCRYPTION_KEY_FILE' },
  )
}
