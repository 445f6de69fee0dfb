import { loadConfig } from '../config/config.ts'
import { openOperator } from '../dependencies/operator.ts'
import { type Command, print, UsageError } from './command.ts'

export const keys: Command = {
  name: 'keys',
  usage: 'list | rotate',
  summary:
    'Lists the signing keys, or lets the next one sign; the former is published until its last token has expired.',
  async run([action, ...more]) {
    if ((action !== 'list' && action !== 'rotate') || more.length > 0)
      throw new UsageError('keys takes "list" or "rotate".')
    const operator = await openOperator(loadConfig())
    try {
      if (action === 'rotate') await operator.keyRing.rotate()
      await operator.keyRing.publicKeys()
      for (const { kid, state, since } of await operator.keyStore.load()) {
        print(`${kid}\t${state}\t${since === 0 ? 'mounted' : `since ${new Date(since * 1000).toISOString()}`}`)
      }
      return 0
    } finally {
      await operator.close()
    }
  },
}
