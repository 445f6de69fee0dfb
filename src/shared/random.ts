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
  let time = ''
  // Asking the operating system for eight bytes costs more than all else of an id, and so does writing them as digits one by one.
  const pool = Buffer.alloc(1_024)
  let digits = ''
  let digitsAt = 0
  function rise(toMs: number) {
    lastMs = toMs
    const hex = toMs.toString(16).padStart(12, '0')
    time = `${hex.slice(0, 8)}-${hex.slice(8)}`
  }
  function refill() {
    randomFillSync(pool)
    // The variant of RFC 9562 section 4.1, in the first byte of each eight.
    for (let at = 0; at < pool.length; at += 8) pool[at] = ((pool[at] ?? 0) & 0x3f) | 0x80
    digits = pool.toString('hex')
    digitsAt = 0
  }
  return {
    id() {
      const now = clock.now()
      if (now > lastMs) {
        counter = randomBytes(2).readUInt16BE() & 0x7ff
        rise(now)
      } else if (++counter > 0xfff) {
        counter = 0
        rise(lastMs + 1)
      }
      if (digitsAt === digits.length) refill()
      const at = digitsAt
      digitsAt += 16
      const rises = (0x7000 | counter).toString(16)
      return `${time}-${rises}-${digits.slice(at, at + 4)}-${digits.slice(at + 4, digitsAt)}`
    },
    token: (bytes) => randomBytes(bytes).toString('base64url'),
    bytes: (count) => new Uint8Array(randomBytes(count)),
  }
}
