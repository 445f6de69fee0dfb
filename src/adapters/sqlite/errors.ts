import { Fault } from '../../shared/fault.ts'

/** Primary result codes, https://www.sqlite.org/rescode.html: those that mean the SQL or its values are wrong, not the file. */
const programErrors = new Set([1, 19, 20, 21, 25])
const busy = 5
const constraint = 19

/** SQLite's primary result code of an error, where the runtime tells it. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

/** Whether a uniqueness, foreign key, NOT NULL or CHECK constraint refused the write. */
export const isConstraint = (error: unknown): boolean => resultCode(error) === constraint

export const isBusy = (error: unknown): boolean =>
  resultCode(error) === busy || (error instanceof Error && error.message.includes('database is locked'))

/** Whatever keeps the file from answering is `Fault('unavailable')`; a fault of the program stays what it is. */
export function failure(error: unknown): unknown {
  if (error instanceof Fault || error instanceof TypeError) return error
  const code = resultCode(error)
  if (code !== undefined && programErrors.has(code)) return error
  return new Fault('unavailable', 'The database does not answer. Try again.', { cause: error, retryAfterSeconds: 1 })
}

export function reading<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw failure(error)
  }
}
