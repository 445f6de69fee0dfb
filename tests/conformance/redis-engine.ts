import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { openRedis, type RedisConnection } from '../../src/adapters/redis/connection.ts'
import { Secret } from '../../src/shared/secret.ts'

/** A corner of the real Redis under a prefix of its own. `stop` closes every connection and leaves nothing behind. */
export async function startRedis(url: string) {
  const keyPrefix = `souvenir-test-${randomUUID()}:`
  const admin = new Redis(url)
  const connections: RedisConnection[] = []
  return {
    admin,
    keyPrefix,
    async connect(through: string = url, commandTimeoutMs?: number): Promise<RedisConnection> {
      const timeout = commandTimeoutMs === undefined ? {} : { commandTimeoutMs }
      const connection = await openRedis({ url: new Secret(through), keyPrefix, ...timeout })
      connections.push(connection)
      return connection
    },
    async stop(): Promise<void> {
      await Promise.all(connections.map((connection) => connection.close()))
      const keys = await admin.keys(`${keyPrefix}*`)
      if (keys.length > 0) await admin.del(keys)
      admin.disconnect()
    },
  }
}
