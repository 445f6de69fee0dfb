import { Buffer } from 'node:buffer'
import { sha256 } from '../shared/hash.ts'
import type { Principal } from './ports.ts'

interface Verified {
  /** The token's header and claims: what was signed, and so of no use without the signature. */
  readonly signed: string
  readonly principal: Principal
}

/**
 * Verified tokens, the least recently used dropped first. Bounded; never holds a token itself: of its signature it has the hash, and what
 * is before that as it is, which costs half of hashing all of it. A token is found again by both, so by each of its characters.
 */
export class TokenCache {
  readonly #entries = new Map<string, Verified>()
  readonly #capacity: number
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(token: string): Principal | undefined {
    const { signed, signature } = partsOf(token)
    const key = sha256(signature)
    const found = this.#entries.get(key)
    if (found?.signed !== signed) return undefined
    if (this.#entries.size > this.#capacity / 2) {
      this.#entries.delete(key)
      this.#entries.set(key, found)
    }
    return found.principal
  }

  set(token: string, principal: Principal): void {
    const { signed, signature } = partsOf(token)
    this.#entries.set(sha256(signature), { signed: copied(signed), principal })
    if (this.#entries.size <= this.#capacity) return
    const oldest = this.#entries.keys().next().value
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  delete(token: string): void {
    this.#entries.delete(sha256(partsOf(token).signature))
  }

  /** Drops every token that `doomed` picks. */
  drop(doomed: (principal: Principal) => boolean): void {
    for (const [key, { principal }] of this.#entries) if (doomed(principal)) this.#entries.delete(key)
  }
}

/** RFC 7515 section 3.1: the signature is behind the last full stop. */
function partsOf(token: string): { readonly signed: string; readonly signature: string } {
  const at = token.lastIndexOf('.') + 1
  return { signed: token.slice(0, at), signature: token.slice(at) }
}

/** A part of a text may keep the whole of it alive. A token that was verified is ASCII. */
const copied = (text: string) => Buffer.from(text, 'latin1').toString('latin1')
