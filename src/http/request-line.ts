/**
 * One log line a request: what pino would write of the same fields, put together here, since this is the one line that every
 * request pays for and its fields are known. Everything else is logged by pino.
 */
import { type Log, lineWriter } from '../shared/log.ts'
import { memoized } from '../shared/memoized.ts'
import type { RequestContext } from '../shared/request-context.ts'

export type RequestLine = (context: RequestContext, method: string, status: number, milliseconds: number) => void

/** Undefined where the log's level leaves such lines out. */
export function requestLines(log: Log): RequestLine | undefined {
  const write = lineWriter(log, 'info')
  if (write === undefined) return undefined
  return ({ requestId, callerRequestId, route, clientId, user, reason }, method, status, milliseconds) => {
    const head = `"requestId":${JSON.stringify(requestId)},"method":${quoted(method)},"route":${quoted(route)},"status":${status}`
    const who = `${optional('client', clientId)}${optional('user', user)}`
    const why = reason === undefined ? '' : `,"reason":${JSON.stringify(reason)}`
    const theirs = callerRequestId === undefined ? '' : `,"callerRequestId":${JSON.stringify(callerRequestId)}`
    write(`${head},"ms":${Math.round(milliseconds * 100) / 100}${who}${why}${theirs},"msg":"request"`)
  }
}

/** Routes, methods, clients and people come again and again: as JSON has them. */
const quoted = memoized(1_000, (text) => JSON.stringify(text))

const optional = (name: string, text: string | undefined) => (text === undefined ? '' : `,"${name}":${quoted(text)}`)
