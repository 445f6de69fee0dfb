/**
 * What a log tells of an error: the one policy for requests, jobs and the last net.
 *
 * Told is what kind of error it was, its codes, where it was thrown, and the same of its causes. A message is told of a
 * `Fault('unavailable')`, which names an engine, and of a `Finding`: those are ours. Any other message may quote what a person wrote
 * or a secret, as of Postgres the value that it could not read, of JSON.parse the text, of URL the address with its password; and so
 * may the members that drivers add (`detail`, `parameters`, `query`, `command`).
 */
import { Fault } from './fault.ts'

/** An error, or the cause of one, in our own words, which quote nothing that came from outside. `members`: words that are told beside it. */
export class Finding extends Error {
  constructor(message: string, members: { readonly error?: string | undefined; readonly status?: number } = {}) {
    super(message)
    Object.assign(this, { name: 'Finding', ...members })
  }
}

export interface ErrorRecord {
  readonly type: string
  /** What its driver or runtime calls it: a SQLSTATE, an errno, a fault's code. */
  readonly code?: string
  /** SQLite's number, OAuth's error, HTTP's status, Postgres's constraint, where there is one. */
  readonly errcode?: string
  readonly error?: string
  readonly status?: string
  readonly constraint_name?: string
  readonly message?: string
  /** The frames of its stack, the innermost first. */
  readonly at?: readonly string[]
  readonly cause?: ErrorRecord
}

/** An error's causes, each the next one's, of which so many are told. */
const mostCauses = 5
const mostFrames = 10

/** `error`: whatever was thrown. */
export function errorRecord(error: unknown, depth = 0): ErrorRecord {
  if (!(error instanceof Error)) return { type: `not an error: ${typeof error}` }
  const at = framesOf(error)
  const { cause } = error
  return {
    type: word(error.name) ?? 'Error',
    ...wordsOf(error),
    ...(isOurs(error) ? { message: error.message } : {}),
    ...(at.length === 0 ? {} : { at }),
    ...(cause === undefined || depth === mostCauses ? {} : { cause: errorRecord(cause, depth + 1) }),
  }
}

const isOurs = (error: Error): boolean =>
  error instanceof Finding || (error instanceof Fault && error.kind === 'unavailable')

/**
 * What kind of failure it was, in one word, for the log and for what is kept: a fault's code, else what a driver calls it (a SQLSTATE,
 * an errno) or the error's name.
 */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return codeOf(error) ?? word(error.name) ?? 'Error'
}

/** What it was and what caused it, in names and codes alone: `embedder_unavailable Finding 401`. */
export function causeOf(error: unknown): string {
  const words: string[] = []
  let record: ErrorRecord | undefined = errorRecord(error)
  for (; record !== undefined; record = record.cause) {
    const { type, code = type, errcode, status } = record
    for (const one of [code, errcode, status]) if (one !== undefined) words.push(one)
  }
  return words.join(' ')
}

const wordMembers = ['errcode', 'error', 'status', 'constraint_name'] as const

function wordsOf(error: Error): Partial<Record<'code' | (typeof wordMembers)[number], string>> {
  const members: Readonly<Record<string, unknown>> = { ...error }
  const told = wordMembers.flatMap((name) => {
    const value = word(members[name])
    return value === undefined ? [] : [[name, value] as const]
  })
  const code = codeOf(error)
  return { ...(code === undefined ? {} : { code }), ...Object.fromEntries(told) }
}

/** Redis has no member for it: an error's first word is its code ("NOAUTH Authentication required."). */
const codeOf = (error: Error): string | undefined =>
  'code' in error
    ? word(error.code)
    : error.name === 'ReplyError'
      ? error.message.match(/^[A-Z]{2,20}(?= )/)?.[0]
      : undefined

/** A code is one word. Whatever else is in its place may be anything. */
const word = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && /^[\w.:-]{1,64}$/.test(String(value))
    ? String(value)
    : undefined

const frame = /^\s*at .+:\d+/

/** A message may go over several lines, of which any could look like a frame. */
function framesOf(error: Error): readonly string[] {
  const lines = (error.stack ?? '').replace(error.message, '').split('\n')
  return lines
    .filter((line) => frame.test(line))
    .slice(0, mostFrames)
    .map((line) => line.trim())
}
