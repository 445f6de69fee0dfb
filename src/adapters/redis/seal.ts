/** AES-256-GCM (NIST SP 800-38D) over what must not lie in Redis in clear: whoever reads its memory or its dump learns nothing. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Fault } from '../../shared/fault.ts'
import type { Secret } from '../../shared/secret.ts'

/** 96 bits, as the mode wants them; random, since a ring is sealed a few times a year. */
const nonceBytes = 12
const tagBytes = 16
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
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      cipher.setAAD(Buffer.from(place))
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return [version, ...[nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.')
    },
    open(sealed, place) {
      try {
        const [written, ...parts] = sealed.split('.')
        const [nonce, ciphertext, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
        if (written !== version || nonce === undefined || ciphertext === undefined || tag === undefined) {
          throw new Error('not a sealed text')
        }
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
        decipher.setAAD(Buffer.from(place))
        decipher.setAuthTag(tag)
        return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new Fault(
          'unavailable',
          'The signing keys in Redis were sealed with another key than KEYS_ENCRYPTION_KEY_FILE holds, or were changed.',
          { code: 'keys_sealed_otherwise', cause },
        )
      }
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
