import { loadConfig } from '../config/config.ts'
import { openPlace, writePlace } from '../dependencies/transfer.ts'
import { thenClosed } from '../shared/closing.ts'
import { type Command, print, UsageError } from './command.ts'
import { readBackup } from './transfer/file.ts'

export const restore: Command = {
  name: 'restore',
  usage: 'FILE',
  summary:
    'Fills an empty deployment, on whichever engines are configured, from what backup wrote. People sign in again.',
  async run([path, ...more]) {
    if (path === undefined || more.length > 0) throw new UsageError('restore takes one file.')
    // Once without keeping anything: a file that is not whole must not be half restored.
    const count = await readBackup(path, async () => {})
    const place = await openPlace(loadConfig())
    return thenClosed(place.close, async () => {
      let memories = 0
      await writePlace(place, async (take) => {
        await readBackup(path, async (records) => {
          for (const record of records) if (record.kind === 'row' && record.table === 'memory') memories += 1
          await take(records)
        })
      })
      print(`${count} records restored, ${memories} memories among them: ${place.engines.join(', ')}`)
      print('Start the server: people sign in again.')
      return 0
    })
  },
}
