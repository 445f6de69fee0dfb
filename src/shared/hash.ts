import { createHash, hash, timingSafeEqual } from 'node:crypto'
import type { TokenHash } from './brand.ts'

/** base64url of SHA-256. */
export const sha256 = (text: string): string => hash('sha256', text, 'base64url')

/** What a store keeps instead of a token that was handed out. */
export const hashToken = (token: string): TokenHash => sha256(token) as TokenHash

/** Compares two secrets in time that depends on neither's content. */
export function equalSecrets(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest()
  return timingSafeEqual(digest(left), digest(right))
}
