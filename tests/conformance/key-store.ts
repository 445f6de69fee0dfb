import { describe, expect, test } from 'bun:test'
import type { KeyStore, StoredKey } from '../../src/oidc/ports.ts'

export const storedKey = (kid: string, state: StoredKey['state'] = 'current'): StoredKey => ({
  kid,
  privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${kid}\n-----END PRIVATE KEY-----\n`,
  state,
  since: 1,
})

/** For stores that are written. `open()` again is another process on the same ring. */
export function describeKeyStore(
  engine: string,
  start: () => Promise<{ open(): Promise<KeyStore>; stop(): Promise<void> }>,
): void {
  describe(`KeyStore ${engine}`, () => {
    test('an empty store is an empty ring; what is saved is loaded, also by another process', async () => {
      const { open, stop } = await start()
      const store = await open()
      expect(store.writable).toBe(true)
      expect(await store.load()).toEqual([])
      const ring = [storedKey('next', 'next'), storedKey('a'), storedKey('old', 'retired')]
      expect(await store.save(ring, [])).toBe(true)
      expect(await (await open()).load()).toEqual(ring)
      await stop()
    })

    test('of 100 that save over the same ring exactly one does: processes that start together sign with one key', async () => {
      const { open, stop } = await start()
      const stores = [await open(), await open()]
      const saved = await Promise.all(
        Array.from({ length: 100 }, (_, at) => stores[at % 2]?.save([storedKey(`k${at}`)], [])),
      )
      expect(saved.filter(Boolean)).toHaveLength(1)
      expect(await stores[0]?.load()).toEqual([storedKey(`k${saved.indexOf(true)}`)])
      await stop()
    })

    test('writers that go on changing the ring make one chain of rings: no ring has two successors', async () => {
      const { open, stop } = await start()
      const replaced: string[] = []
      const write = async (store: KeyStore, writer: number) => {
        for (let step = 0; step < 20; step++) {
          const ring = await store.load()
          if (await store.save([storedKey(`writer ${writer} step ${step}`)], ring)) replaced.push(ring[0]?.kid ?? '')
        }
      }
      await Promise.all(Array.from({ length: 6 }, async (_, writer) => write(await open(), writer)))
      expect(replaced.length).toBeGreaterThan(0)
      expect(new Set(replaced).size).toBe(replaced.length)
      expect(replaced).not.toContain((await (await open()).load())[0]?.kid ?? '')
      await stop()
    })

    test('a ring that changed since it was read is not overwritten, however often it changed', async () => {
      const { open, stop } = await start()
      const store = await open()
      await store.save([storedKey('a')], [])
      await store.save([storedKey('a', 'retired'), storedKey('b')], [storedKey('a')])
      await store.save([storedKey('c')], [storedKey('a', 'retired'), storedKey('b')])
      expect(await store.save([storedKey('late')], [storedKey('a')])).toBe(false)
      expect(await store.load()).toEqual([storedKey('c')])
      await stop()
    })
  })
}
