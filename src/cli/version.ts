import { parseArgs } from 'node:util'
import { commit, version as number } from '../shared/version.ts'
import { type Command, print } from './command.ts'

export const version: Command = {
  name: 'version',
  usage: '',
  summary: 'Prints the version and the commit it was built from.',
  async run(words) {
    parseArgs({ args: [...words], options: {} })
    print(commit === undefined ? number : `${number} (${commit})`)
    return 0
  },
}
