import { Fault } from '../../shared/fault.ts'

/** Primary result codes, https://www.sqlite.org/rescode.html: those that mean the SQL or its values are wrong, not the file. */
const programErrors = new Set([1, 19, 20, 21, 25])
const busy = 5
const constraint = 19
const full = 13
/** SQLITE_IOERR_SHMSIZE: the index of the write-ahead log cannot grow. */
const noRoomForIndex = 4874
/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const damages = new Set([11, 26])

/** SQLite's primary result code of an error, where the runtime tells it. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

/** Whether a uniqueness, foreign key, NOT NULL or CHECK constraint refused the write. */
export const isConstraint = (error: unknown): boolean => resultCode(error) === constraint

/** Whether another process held the lock for longer than the busy timeout. */
export const isBusy = (error: unknown): boolean =>
  resultCode(error) === busy || (error instanceof Error && error.message.includes('database is locked'))

/** Whether the file does not hold what SQLite wrote there: no second try helps. */
const isDamaged = (error: unknown): boolean =>
  damages.has(resultCode(error) ?? 0) ||
  (error instanceof Error && /disk image is malformed|is not a database/.test(error.message))

const isDiskFull = (error: unknown): boolean =>
  resultCode(error) === full ||
  (error instanceof Error && 'errcode' in error && error.errcode === noRoomForIndex) ||
  (error instanceof Error && error.message.includes('disk is full'))

/** What the disk being full means, for whoever has to do something. */
export const diskIsFull =
  'The disk of DATA_DIR is full: nothing new can be kept until whoever runs this server makes room there. Reading and deleting go on.'

/** Whether there was no room for a write. */
export const isForWantOfRoom = (error: unknown): boolean => error instanceof Fault && error.code === 'disk_full'

/** Whatever keeps the file from answering is `Fault('unavailable')`; a fault of the program stays what it is. */
function failure(error: unknown): unknown {
  if (error instanceof Fault || error instanceof TypeError) return error
  const code = resultCode(error)
  if (code !== undefined && programErrors.has(code)) return error
  if (isDamaged(error)) {
    return new Fault('unavailable', 'The database is damaged: whoever runs this server has to restore a backup.', {
      cause: error,
    })
  }
  if (isDiskFull(error)) {
    return new Fault('unavailable', diskIsFull, { code: 'disk_full', cause: error, retryAfterSeconds: 60 })
  }
  return new Fault('unavailable', 'The database does not answer. Try again.', { cause: error, retryAfterSeconds: 1 })
}

/** Runs what asks the file. @throws Fault `unavailable` when it does not answer */
export function reading<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw failure(error)
  }
}

/** What cannot be opened is named: it is the person who runs this that has to do something, and trying again does not help. */
export function opening<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault || isBusy(error)) throw failure(error)
    const reason = error instanceof Error ? error.message : String(error)
    const [what, remedy] = isDamaged(error)
      ? ['is damaged', 'Move the folder away, and restore a backup into an empty DATA_DIR (the command restore FILE)']
      : isDiskFull(error)
        ? ['cannot be opened', 'The disk of DATA_DIR is full: make room there']
        : [
            'cannot be opened',
            'DATA_DIR must be a folder that this user may write to, with the files that souvenir wrote there',
          ]
    throw new Fault('conflict', `${path} ${what} (${reason}). ${remedy}.`, {
      code: 'database_unusable',
      cause: error,
    })
  }
}
