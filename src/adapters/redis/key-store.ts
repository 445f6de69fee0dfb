import type { KeyStore, StoredKey } from '../../oidc/ports.ts'
import { sameRing } from '../../oidc/tokens/ring.ts'
import { type RedisConnection, script } from './connection.ts'
import type { Seal } from './seal.ts'

/** ARGV: what was read ('' for nothing), what takes its place. */
const replaceIfSame = script(`
  if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2])
  return 1`)

/** The ring of signing keys in Redis, shared by every process there, sealed: Redis never sees a private key. */
export function redisKeyStore(redis: RedisConnection, seal: Seal): KeyStore {
  const key = redis.key('keys')
  const read = async () => (await redis.call((client) => client.get(key))) ?? ''
  const open = (sealed: string): readonly StoredKey[] =>
    sealed === '' ? [] : (JSON.parse(seal.open(sealed, key)) as StoredKey[])

  return {
    writable: true,
    load: async () => open(await read()),
    async save(keys, expected) {
      const sealed = await read()
      if (!sameRing(open(sealed), expected)) return false
      return (await redis.run<number>(replaceIfSame, [key], [sealed, seal.close(JSON.stringify(keys), key)])) === 1
    },
  }
}
