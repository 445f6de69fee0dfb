import type { Principal } from './ports.ts'

/** Verified tokens by their hash, the least recently used dropped first. Bounded; never holds a token itself. */
export class TokenCache {
  readonly #entries = new Map<string, Principal>()
  readonly #capacity: number
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(hash: string): Principal | undefined {
    const found = this.#entries.get(hash)
    if (found !== undefined && this.#entries.size > this.#capacity / 2) {
      this.#entries.delete(hash)
      this.#entries.set(hash, found)
    }
    return found
  }

  set(hash: string, principal: Principal): void {
    this.#entries.set(hash, principal)
    if (this.#entries.size <= this.#capacity) return
    const oldest = this.#entries.keys().next().value
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  delete(hash: string): void {
    this.#entries.delete(hash)
  }

  /** Drops every token that `doomed` picks. */
  drop(doomed: (principal: Principal) => boolean): void {
    for (const [hash, principal] of this.#entries) if (doomed(principal)) this.#entries.delete(hash)
  }
}
