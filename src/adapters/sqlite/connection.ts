/** A connection to a file, with the settings that durability and privacy need. */
import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pauseBlocking } from '../../shared/pause.ts'
import { isBusy } from './errors.ts'

/** Makes the file (mode 0600, in a folder of 0700) when it is missing; waits up to `busyTimeoutMs` for another process. */
export function openConnection(path: string, busyTimeoutMs: number, cacheKib: number | undefined): DatabaseSync {
  if (path !== ':memory:') makePrivate(path)
  const connection = new DatabaseSync(path)
  connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  writeAheadLog(connection, busyTimeoutMs)
  // FULL: a commit is on the disk when it returns. secure_delete: what is deleted is overwritten, not merely unlinked.
  connection.exec('PRAGMA synchronous = FULL')
  connection.exec('PRAGMA foreign_keys = ON')
  connection.exec('PRAGMA secure_delete = ON')
  connection.exec('PRAGMA trusted_schema = OFF')
  // Sorting spills into memory and never into a temporary file beside the protected one.
  connection.exec('PRAGMA temp_store = MEMORY')
  connection.exec('PRAGMA journal_size_limit = 67108864')
  if (cacheKib !== undefined) connection.exec(`PRAGMA cache_size = -${cacheKib}`)
  return connection
}

/** Makes the file readable by its owner alone; SQLite gives its `-wal` and `-shm` the same mode. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'a', 0o600)
  try {
    if ((fstatSync(file).mode & 0o077) !== 0) fchmodSync(file, 0o600)
  } finally {
    closeSync(file)
  }
}

/** Changing the journal needs the file alone and does not heed the busy timeout, so a process starting beside us is waited for here. */
function writeAheadLog(connection: DatabaseSync, patienceMs: number): void {
  for (let waitedMs = 0; ; waitedMs += 10) {
    try {
      connection.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || waitedMs >= patienceMs) throw error
      pauseBlocking(10)
    }
  }
}
