import { type DestinationStream, type Logger, pino } from 'pino'
import { errorRecord } from './error-record.ts'
import { type Lines, type Output, outputOf, standardOutputWriter } from './standard-output.ts'

export type Log = Logger
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/**
 * One JSON line an event. Nothing that a person wrote and no token, code, secret or verifier is ever passed to it:
 * the redaction below is the net under that rule, not the rule. An error is given as `err`; `error-record` says what is told of it.
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => errorRecord(error) },
      redact: {
        paths: [
          'authorization',
          'cookie',
          'token',
          'code',
          'secret',
          'password',
          'verifier',
          '*.authorization',
          '*.token',
        ],
        censor: '[secret]',
      },
    },
    destination ?? turnByTurn(standardOutput()),
  )
}

interface LogDestination extends DestinationStream {
  /** For the lines of requests, where they come after all others. */
  writeRequest?(line: string): void
}

/**
 * Writes lines of requests, whose fields are JSON already, as `"name":value,...`, to where `log` writes, with level and time before
 * them as pino has them. Nothing is searched for secrets. Undefined where the level is off.
 */
export function lineWriter(log: Log, level: 'info' | 'warn'): ((fields: string) => void) | undefined {
  if (!log.isLevelEnabled(level)) return undefined
  const destination = (log as Log & { readonly [pino.symbols.streamSym]: LogDestination })[pino.symbols.streamSym]
  const write = (destination.writeRequest ?? destination.write).bind(destination)
  return (fields) => write(`{"level":"${level}"${pino.stdTimeFunctions.isoTime()},${fields}}\n`)
}

/**
 * Writes the lines of one turn of the event loop in one go: under load one system call for many requests, otherwise at once.
 * Nothing waits longer than that turn, and an exit writes what is left.
 */
export function turnByTurn(destination: { write(lines: readonly Lines[]): unknown; end?(): void }): LogDestination {
  let earlier: Lines[] = []
  let kind: Lines['kind'] = 'event'
  let text = ''
  const flush = () => {
    const written = text === '' ? earlier : [...earlier, { kind, text }]
    earlier = []
    text = ''
    if (written.length > 0) destination.write(written)
  }
  process.on('exit', () => {
    flush()
    destination.end?.()
  })
  const add = (line: string, itsKind: Lines['kind']) => {
    if (text === '') setImmediate(flush)
    else if (itsKind !== kind) {
      earlier.push({ kind, text })
      text = ''
    }
    kind = itsKind
    text += line
  }
  return { write: (line) => add(line, 'event'), writeRequest: (line) => add(line, 'request') }
}

/** The process has one standard output, so what waits for its reader is in one place. */
let processOutput: Output | undefined

/** Standard output as lines of a log; see `outputOf`. Without `write` it is the process's own. */
export function standardOutput(write?: (bytes: Uint8Array) => number): Output {
  if (write !== undefined) return outputOf(write, linesLost)
  processOutput ??= outputOf(standardOutputWriter(), linesLost)
  return processOutput
}

const linesLost = (lost: number) =>
  `{"level":"warn"${pino.stdTimeFunctions.isoTime()},"lost":${lost},"msg":"the log could not be written: up to so many lines are missing"}\n`
