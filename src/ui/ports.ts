/** What the pages need from outside. Adapters for SQLite and Redis, one conformance suite in tests/conformance. */
import type { TokenHash } from '../shared/brand.ts'

/** A signed-in browser. What it holds is sealed with a key that only the browser's cookie gives: a copy of the store opens nothing. */
export interface KeptSession {
  /** Hash of the cookie's value. */
  readonly id: TokenHash
  readonly sealed: string
  /** Unix seconds; it is as good as absent from then on. */
  readonly expiresAt: number
}

/** Shared by every process that serves the pages. A store that cannot answer throws `Fault('unavailable')`. */
export interface UiSessions {
  create(session: KeptSession): Promise<void>
  find(id: TokenHash): Promise<KeptSession | undefined>
  /** Keeps `sealed` in place of what was there; false, and nothing kept, when the session is gone. */
  replace(id: TokenHash, sealed: string): Promise<boolean>
  /** True for exactly one caller. */
  delete(id: TokenHash): Promise<boolean>
}
