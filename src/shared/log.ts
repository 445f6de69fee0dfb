import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/**
 * One JSON line an event. Nothing that a person wrote and no token, code, secret or verifier is ever passed to it:
 * the redaction below is the net under that rule, not the rule.
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
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
    destination ?? pino.destination({ dest: 1, sync: true }),
  )
}
