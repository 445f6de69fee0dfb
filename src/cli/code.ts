import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { openPeople, ownerName } from '../dependencies/people.ts'
import { type Command, complain, nothingBefore, print } from './command.ts'

export const code: Command = {
  name: 'code',
  usage: '[--user NAME]',
  summary: 'Prints a one-time code to sign in with (the owner unless told otherwise). Works beside a running server.',
  async run(words) {
    const { values } = parseArgs({ args: [...words], options: { user: { type: 'string' } } })
    const config = loadConfig()
    const people = await openPeople(config)
    try {
      const { code, lifetimeMinutes } = await people.issueCode(values.user)
      print(code)
      const where = config.redisUrl === undefined ? `whose data is in ${config.dataDir}` : 'of REDIS_URL'
      if (people.begunIn !== undefined) complain(nothingBefore(people.begunIn))
      complain(
        `It signs in ${values.user ?? `the ${ownerName}`}. Valid once, for ${lifetimeMinutes} minutes, at the server ${where}.`,
      )
      return 0
    } finally {
      await people.close()
    }
  },
}
