import type { KeyStore, StoredKey } from '../../src/oidc/ports.ts'

/** A KeyStore of one process, for tests of what stands on it. */
export function memoryKeyStore(initial: readonly StoredKey[] = [], writable = true): KeyStore {
  let kept = initial
  const states = (keys: readonly StoredKey[]) => JSON.stringify(keys.map(({ kid, state }) => [kid, state]))
  return {
    writable,
    load: async () => kept,
    async save(keys, expected) {
      if (states(expected) !== states(kept)) return false
      kept = keys
      return true
    },
  }
}
