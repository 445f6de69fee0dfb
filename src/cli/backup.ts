import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { openKept, readPlace } from '../dependencies/transfer.ts'
import { thenClosed } from '../shared/closing.ts'
import { Fault } from '../shared/fault.ts'
import { version } from '../shared/version.ts'
import { type Command, complain, print, UsageError } from './command.ts'
import { createBackup } from './transfer/file.ts'

export const backup: Command = {
  name: 'backup',
  usage: 'FILE [--replace]',
  summary:
    'Writes everything that is kept to one file, beside a running server: memories as of one moment, and behind them people, clients, grants and keys. Keep it as you keep the keys. A file of that name is only replaced with --replace.',
  async run(words) {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { replace: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [path, ...more] = positionals
    if (path === undefined || more.length > 0) throw new UsageError('backup takes one file.')
    if (!values.replace && existsSync(path)) {
      throw new Fault('conflict', `${path} exists. Name another file, or say --replace.`, { code: 'backup_exists' })
    }
    const place = await openKept(loadConfig())
    const file = createBackup(path, { version, at: new Date().toISOString() })
    const write = async () => {
      let memories = 0
      await readPlace(place, (records) => {
        for (const record of records) if (record.kind === 'row' && record.table === 'memory') memories += 1
        return file.write(records)
      })
      print(`${await file.end()} records, ${memories} memories among them, in ${path}: ${place.engines.join(', ')}`)
      if (memories === 0)
        complain('If the server keeps memories elsewhere, set DATABASE_URL or DATA_DIR as they are set for it.')
      complain('It holds memories and signing keys: keep it as safe as the server itself.')
      return 0
    }
    try {
      return await thenClosed(place.close, write)
    } catch (error) {
      await file.discard()
      throw error
    }
  },
}
