/**
 * Which processes serve from one folder. Each holds a file of its own locked while it does, and the file's name says where it listens.
 * The lock is the system's, taken by SQLite, which both runtimes have: it ends with the process however that ends, and one container
 * sees another's, whose process ids say nothing to it.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isBusy } from './errors.ts'

export interface ServingProcess {
  readonly port: number
  readonly roles: readonly string[]
}

export interface Serving {
  /** Those that served from there already; one that a network's file system hides is not among them. */
  readonly others: readonly ServingProcess[]
  end(): void
}

const markName = /^(\d+)-([a-z+]+)-[0-9a-f-]{36}\.lock$/

/**
 * Marks this process as one that serves, until `end` or the process's own end, and tells of the others. The mark comes first, so that of
 * two that start together one at least sees the other. Never throws: where nothing can be locked, nobody is told of.
 */
export function markServing(folder: string, { port, roles }: ServingProcess): Serving {
  const name = `${port}-${roles.join('+')}-${randomUUID()}.lock`
  const path = join(folder, name)
  let lock: DatabaseSync | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    lock = new DatabaseSync(path)
    // The empty file stays as it is: without a journal beside it, which would be left when the process is killed.
    lock.exec('PRAGMA journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
    return { others: othersIn(folder, name), end }
  } catch {
    end()
    return { others: [], end: () => {} }
  }

  function end(): void {
    if (lock?.isOpen) lock.close()
    rmSync(path, { force: true })
  }
}

/** What no process holds any more is removed. */
function othersIn(folder: string, own: string): ServingProcess[] {
  return readdirSync(folder).flatMap((name) => {
    const [, port, roles = ''] = markName.exec(name) ?? []
    if (port === undefined || name === own) return []
    const path = join(folder, name)
    if (isHeld(path)) return [{ port: Number(port), roles: roles.split('+') }]
    rmSync(path, { force: true })
    return []
  })
}

/** Asks for a shared lock, so that two processes that look at once do not take each other for the holder. */
function isHeld(path: string): boolean {
  const lock = new DatabaseSync(path)
  try {
    lock.prepare('SELECT count(*) FROM sqlite_master').get()
    return false
  } catch (error) {
    return isBusy(error)
  } finally {
    lock.close()
  }
}
