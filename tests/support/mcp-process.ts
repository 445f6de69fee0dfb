/** The MCP surface of tests/support/mcp.ts as a process of its own, handing streams over through Redis. Prints its port. */
import { openRedis } from '../../src/adapters/redis/connection.ts'
import { createRedisHandover } from '../../src/adapters/redis/stream-handover.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { createLog } from '../../src/shared/log.ts'
import { createRandom } from '../../src/shared/random.ts'
import { Secret } from '../../src/shared/secret.ts'
import { startMcp } from './mcp.ts'

const [url = '', keyPrefix = ''] = process.argv.slice(2)
const redis = await openRedis({ url: new Secret(url), keyPrefix })
const handover = createRedisHandover(redis, createRandom(systemClock), createLog('silent'))
const mcp = startMcp({ handover })
const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: (request) => mcp.fetch(request) })
console.log(server.port)
