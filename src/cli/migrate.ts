import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { openKept, openPlace, readPlace, writePlace } from '../dependencies/transfer.ts'
import { thenClosed } from '../shared/closing.ts'
import { type Command, print, UsageError } from './command.ts'

export const migrate: Command = {
  name: 'migrate',
  usage: '--from sqlite --to configured',
  summary:
    'Moves clients, people, grants, keys and memories from the files in DATA_DIR to the engines that are configured (REDIS_URL, DATABASE_URL). Stop the server first; the files stay as they are.',
  async run(words) {
    const { values } = parseArgs({
      args: [...words],
      options: { from: { type: 'string', default: 'sqlite' }, to: { type: 'string', default: 'configured' } },
    })
    if (values.from !== 'sqlite' || values.to !== 'configured') {
      throw new UsageError('migrate goes --from sqlite --to configured.')
    }
    const config = loadConfig()
    const parts = { auth: config.redisUrl !== undefined, memories: config.databaseUrl !== undefined }
    if (!parts.auth && !parts.memories) {
      throw new UsageError('No engine is configured to move to: set REDIS_URL or DATABASE_URL.')
    }
    const files = {
      ...config,
      redisUrl: undefined,
      databaseUrl: undefined,
      keys: { ...config.keys, encryptionKey: undefined },
    }
    const from = await openKept(files, parts)
    return thenClosed(from.close, async () => {
      const to = await openPlace(config, parts)
      return thenClosed(to.close, async () => {
        let count = 0
        await writePlace(to, (take) =>
          readPlace(from, async (records) => {
            count += records.length
            await take(records)
          }),
        )
        print(`${count} records moved: ${to.engines.join(', ')}`)
        if (config.neo4j !== undefined) print('Neo4j is filled by the worker, from the memories.')
        return 0
      })
    })
  },
}
