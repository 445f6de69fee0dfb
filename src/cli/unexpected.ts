import { type ErrorRecord, errorRecord } from '../shared/error-record.ts'

/** An error that no command expects, in lines for standard error, which a container's log keeps: what the log would be told of it. */
export const unexpected = (error: unknown): string =>
  `An error that nobody expected: ${linesOf(errorRecord(error)).join('\n')}`

function linesOf({ type, message, at = [], cause, ...codes }: ErrorRecord): readonly string[] {
  const known = Object.entries(codes).map(([name, code]) => `${name} ${code}`)
  const words = [
    known.length === 0 ? type : `${type} (${known.join(', ')})`,
    ...(message === undefined ? [] : [message]),
  ]
  const [first = '', ...more] = cause === undefined ? [] : linesOf(cause)
  return [
    words.join(': '),
    ...at.map((frame) => `    ${frame}`),
    ...(cause === undefined ? [] : [`caused by ${first}`, ...more]),
  ]
}
