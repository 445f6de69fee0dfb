import { Fault } from '../../shared/fault.ts'

/** Classes of SQLSTATE (PostgreSQL's appendix A) that mean the server cannot answer now, not that the SQL is wrong. */
const engineClasses = new Set([
  '08', // connection
  '25', // in a transaction that the server ended, or read-only after a failover
  '40', // rolled back for another transaction's sake, tried again as often as we do
  '53', // out of disk, memory or connections
  '55', // not available: a lock that was not given in time
  '57', // cancelled (the statement took too long) or shutting down
  '58', // the server's own input or output failed
])
const diskFull = '53100'
const diskIsFull =
  'The disk of Postgres is full: nothing can be kept until whoever runs this server makes room there. Reading goes on.'
/** Text that Postgres cannot hold: U+0000, or half of a surrogate pair. */
const unstorableText = new Set(['22021', '22P05'])
/**
 * A value that is none of its type. Of JSON, which rows travel as and which is well-formed where it is made, it is such a text; of a
 * number, say, a mistake of the program. Which type it is stands in the message alone, in whichever language: the value would follow.
 */
const malformed = '22P02'
const isOfJson = /\bjson$/
const again = new Set(['40001', '40P01'])

/** The SQLSTATE of an error that the server sent. Told by its fields: a minified executable has no class names. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Whether the same transaction may succeed when it is tried again: it lost against another one. */
export const isLostRace = (error: unknown): boolean => again.has(sqlState(error) ?? '')

/** Whether the server refused for want of a right: class 42501. */
export const isForbidden = (error: unknown): boolean => sqlState(error) === '42501'

/** The driver writes to a socket that closed a moment ago (postgres.js 3.4.9): it has set it to null. In the words of both engines. */
const lostSocket = /null.*\bwrite\b/

const connectionError = /^(CONNECTION_|CONNECT_TIMEOUT|E[A-Z]+$|ERR_)/

/** Whether a connection was taken, or not even that, and nothing was said on it. */
export const isConnectTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'CONNECT_TIMEOUT'

/** Whatever keeps Postgres from answering is `Fault('unavailable')`; a fault of the program stays what it is. */
export function failure(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error
  const state = sqlState(error)
  if (state !== undefined) {
    if (state === diskFull)
      return new Fault('unavailable', diskIsFull, { code: 'disk_full', cause: error, retryAfterSeconds: 60 })
    if (engineClasses.has(state.slice(0, 2))) return unavailable(error)
    if (!unstorableText.has(state) && !(state === malformed && isOfJson.test(error.message))) return error
    return new Fault('invalid', 'A text holds a character that cannot be kept: U+0000 or half a surrogate pair.', {
      code: 'text_invalid',
      cause: error,
    })
  }
  if (error instanceof TypeError && lostSocket.test(error.message)) return unavailable(error)
  const code = 'code' in error ? String(error.code) : ''
  return connectionError.test(code) ? unavailable(error) : error
}

/** A server that cannot be reached, or went away while it was asked. */
export const unavailable = (cause?: unknown): Fault =>
  new Fault('unavailable', 'Postgres does not answer. Try again.', { cause, retryAfterSeconds: 1 })
