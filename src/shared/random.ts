import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

/** Randomness, passed in. */
export interface Random {
  /** A UUIDv7 (RFC 9562 section 5.7): ordered by time of creation, so that indexes stay local. */
  id(): string
  /** `bytes` random bytes as base64url without padding. */
  token(bytes: number): string
  /** `count` random bytes. */
  bytes(count: number): Uint8Array
}

/** Randomness of the operating system; ids made in one millisecond by one process still rise (RFC 9562 section 6.2, method 1). */
export function createRandom(clock: Clock): Random {
  let lastMs = 0
  let counter = 0
  return {
    id() {
      const now = clock.now()
      if (now > lastMs) {
        lastMs = now
        counter = randomBytes(2).readUInt16BE() & 0x7ff
      } else if (++counter > 0xfff) {
        lastMs += 1
        counter = 0
      }
      const tail = randomBytes(8)
      tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80
      const time = lastMs.toString(16).padStart(12, '0')
      const hex = tail.toString('hex')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${hex.slice(0, 4)}-${hex.slice(4)}`
    },
    token: (bytes) => randomBytes(bytes).toString('base64url'),
    bytes: (count) => new Uint8Array(randomBytes(count)),
  }
}
