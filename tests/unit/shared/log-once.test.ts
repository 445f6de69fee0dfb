import { expect, test } from 'bun:test'
import { Finding } from '../../../src/shared/error-record.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { createLog } from '../../../src/shared/log.ts'
import { logOnce } from '../../../src/shared/log-once.ts'

function watched() {
  const lines: string[] = []
  const time = { minutes: 0 }
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  return { lines, time, tell: logOnce(log, { now: () => time.minutes * 60_000 }, 'it failed') }
}
const away = (status: number) =>
  new Fault('unavailable', 'The model does not answer.', { cause: new Finding('the server refused', { status }) })

test('a cause is told once, whatever its message is, and again after ten minutes', () => {
  const { lines, time, tell } = watched()
  for (const name of ['ada', 'bob', 'eve']) tell(new RangeError(`marker-${name}`))
  expect(lines).toHaveLength(1)
  tell(new TypeError('marker'))
  expect(lines).toHaveLength(2)
  time.minutes = 10
  tell(new RangeError('marker-ada'))
  expect(lines).toHaveLength(3)
  expect(lines.join('')).not.toContain('marker')
})

test('causes of one fault are told apart by their names, codes and statuses', () => {
  const { lines, tell } = watched()
  for (const status of [401, 429, 401]) tell(away(status))
  expect(lines.map((line) => JSON.parse(line).err.cause.status)).toEqual(['401', '429'])
})

test('what a caller would be refused is no failure', () => {
  const { lines, tell } = watched()
  tell(new Fault('forbidden', 'Not for this app.', { cause: new Error('inside') }))
  tell(new Fault('unavailable', 'The model cannot embed this text.'))
  expect(lines).toEqual([])
})

test('however many causes there are, a few are remembered', () => {
  const { lines, tell } = watched()
  for (let status = 400; status < 550; status++) tell(away(status))
  tell(away(400))
  tell(away(549))
  expect(lines).toHaveLength(151)
})
