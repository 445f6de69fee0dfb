/** The MCP surface of tests/support/mcp.ts as a process of its own, handing streams over through Redis. Prints its port. */
import { Redis } from 'ioredis'
import { createRedisHandover } from '../../src/adapters/redis/stream-handover.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { createLog } from '../../src/shared/log.ts'
import { createRandom } from '../../src/shared/random.ts'
import { startMcp } from './mcp.ts'

const [url = '', prefix = ''] = process.argv.slice(2)
const redis = new Redis(url)
const handover = createRedisHandover({ redis, random: createRandom(systemClock), log: createLog('silent'), prefix })
const mcp = startMcp({ handover })
const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: (request) => mcp.fetch(request) })
console.log(server.port)
