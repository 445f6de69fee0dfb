import { Buffer } from 'node:buffer'
import { randomBytes, randomFillSync } from 'node:crypto'
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
  // Asking the operating system for eight bytes costs more than all else of an id.
  const pool = Buffer.alloc(1_024)
  let poolAt = pool.length
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
      if (poolAt === pool.length) {
        randomFillSync(pool)
        poolAt = 0
      }
      pool[poolAt] = ((pool[poolAt] ?? 0) & 0x3f) | 0x80
      const hex = pool.toString('hex', poolAt, poolAt + 8)
      poolAt += 8
      const time = lastMs.toString(16).padStart(12, '0')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${hex.slice(0, 4)}-${hex.slice(4)}`
    },
    token: (bytes) => randomBytes(bytes).toString('base64url'),
    bytes: (count) => new Uint8Array(randomBytes(count)),
  }
}
