/** A memory's text: how it is compared, cut and bounded. */
import { sha256 } from '../shared/hash.ts'

/** Two texts that differ only in spacing at the ends and between words, or in Unicode composition, say the same. */
export const normalise = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ')

/** base64url SHA-256 of the normalised text: equal for exact duplicates. */
export const contentHash = (text: string): string => sha256(normalise(text))

/** A mark of a text that goes on. */
export const cutMark = '…'

/** The text's first `characters`, at a word's end where one is near, with a mark when something was left out. */
export function cut(text: string, characters: number): string {
  if (text.length <= characters) return text
  const head = text.slice(0, characters).replace(/[\uD800-\uDBFF]$/, '')
  const wordEnd = head.lastIndexOf(' ')
  return `${(wordEnd > characters * 0.8 ? head.slice(0, wordEnd) : head).trimEnd()}${cutMark}`
}
