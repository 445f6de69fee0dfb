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
      await writePlace(place, async (take) => {
        await readBackup(path, take)
      })
      print(`${count} records restored: ${place.engines.join(', ')}`)
      return 0
    })
  },
}
