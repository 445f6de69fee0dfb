import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { memoryRoles } from '../config/roles.ts'
import { type Derivation, derivations, rebuild as run } from '../dependencies/rebuild.ts'
import type { OwnerId } from '../shared/brand.ts'
import { Fault } from '../shared/fault.ts'
import { type Command, print, UsageError } from './command.ts'

export const rebuild: Command = {
  name: 'rebuild',
  usage: `${derivations.join('|')} [--user ID]`,
  summary:
    'Makes the index of words, the vectors, the graph of entities or the derived facts anew from the memories, for all or for one person (ID as "users list" shows it). A running server goes on answering; its worker does the work.',
  async run(words) {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { user: { type: 'string' } },
    })
    const [what, ...more] = positionals
    const known = derivations.find((one) => one === what)
    if (known === undefined || more.length > 0) throw new UsageError(`rebuild takes one of ${derivations.join(', ')}.`)
    const people = await run(loadConfig(memoryRoles), known satisfies Derivation, values.user as OwnerId | undefined)
    if (people === 0 && values.user !== undefined) {
      throw new Fault('not_found', `Nothing is kept under the id "${values.user}". "users list" shows the ids.`)
    }
    print(`${known}: begun for ${people} ${people === 1 ? 'person' : 'people'}.`)
    return 0
  },
}
