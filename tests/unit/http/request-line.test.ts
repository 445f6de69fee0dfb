import { describe, expect, test } from 'bun:test'
import { requestLines } from '../../../src/http/request-line.ts'
import { createLog, type LogLevel } from '../../../src/shared/log.ts'

function logTo(level: LogLevel) {
  const lines: string[] = []
  const log = createLog(level, { write: (line: string) => lines.push(line) })
  return { log, lines }
}

describe('the log line of a request', () => {
  test('is what pino writes of the same fields, whatever stands in them', () => {
    for (const clientId of [undefined, 'client-1', 'https://app.example/client?a=b', 'a"b\\c\n\u2028\u0000ü🙂']) {
      const { log, lines } = logTo('info')
      const callerRequestId = clientId === undefined ? undefined : 'theirs-1'
      const context = { requestId: 'id-1', address: 'local', route: '/api/v1/me', reason: 'expired', callerRequestId }
      const who = clientId === undefined ? {} : { clientId, user: 'abc' }
      requestLines(log)?.({ ...context, ...who }, 'GET', 401, 0.126)
      log.info(
        {
          requestId: 'id-1',
          method: 'GET',
          route: '/api/v1/me',
          status: 401,
          ms: 0.13,
          client: clientId,
          user: clientId && 'abc',
          reason: 'expired',
          callerRequestId,
        },
        'request',
      )
      const [ours, theirs] = lines.map((line) => line.replace(/"time":"[-0-9T:.]+Z"/, '"time":"T"'))
      expect(ours).toBe(theirs)
      expect(ours).toEndWith('}\n')
      expect(JSON.parse(lines[0] ?? '').client).toBe(clientId)
    }
  })

  test('is not written below the level of the log', () => {
    const { log, lines } = logTo('warn')
    expect(requestLines(log)).toBeUndefined()
    log.info('not this either')
    expect(lines).toEqual([])
  })
})
