/** What a log tells of an error: wherever a marker stands in one, it never comes out, and what an operator needs does. */
import { describe, expect, test } from 'bun:test'
import { DatabaseSync } from 'node:sqlite'
import { unexpectedError } from '../../../src/http/observe.ts'
import { errorRecord, Finding, failureCode } from '../../../src/shared/error-record.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { createLog } from '../../../src/shared/log.ts'
import { runJob } from '../../../src/worker/run-job.ts'

const marker = 'private-diary-7f3a'

const thrownBy = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

const named = (name: string, message: string, members: object = {}) =>
  Object.assign(new Error(message), { name, ...members })

/** Of each kind that reaches a log, one with the marker in all that could hold it, and what is told of it. */
const errors: readonly (readonly [kind: string, error: unknown, told: object])[] = [
  [
    'a row that breaks a rule of Postgres',
    named('PostgresError', `invalid input syntax: "${marker}"`, {
      code: '23505',
      severity: 'ERROR',
      constraint_name: 'memory_by_hash',
      detail: `Key (content)=(${marker}) already exists.`,
      query: `SELECT '${marker}'`,
      parameters: [marker],
    }),
    { type: 'PostgresError', code: '23505', constraint_name: 'memory_by_hash' },
  ],
  [
    'a statement that SQLite refuses',
    thrownBy(() => new DatabaseSync(':memory:').exec(`SELECT * FROM "${marker}"`)),
    { type: 'Error', code: 'ERR_SQLITE_ERROR', errcode: '1' },
  ],
  [
    'an answer of Redis',
    named('ReplyError', `WRONGPASS ${marker}`, { command: { name: 'auth', args: [marker] } }),
    { type: 'ReplyError', code: 'WRONGPASS' },
  ],
  [
    'an answer of Neo4j',
    named('Neo4jError', marker, { code: 'Neo.ClientError.Schema.ConstraintValidationFailed' }),
    { code: 'Neo.ClientError.Schema.ConstraintValidationFailed' },
  ],
  [
    'a refusal of an identity provider',
    named('ResponseBodyError', marker, {
      code: 'OAUTH_RESPONSE_BODY_ERROR',
      error: 'invalid_client',
      status: 401,
      error_description: marker,
      cause: { error_description: marker },
    }),
    { code: 'OAUTH_RESPONSE_BODY_ERROR', error: 'invalid_client', status: '401' },
  ],
  ['a text that is no JSON', thrownBy(() => JSON.parse(marker)), { type: 'SyntaxError' }],
  ['an address that is none', thrownBy(() => new URL(`://user:${marker}`)), { type: 'TypeError' }],
  [
    'a message over several lines, one of which looks like a frame',
    new Error(`first\n    at ${marker} (in:1:1)`),
    { type: 'Error' },
  ],
  [
    'a fault that quotes its input',
    new Fault('invalid', `No such app: ${marker}.`),
    { type: 'Fault', code: 'invalid' },
  ],
  [
    'an engine that is down, and why',
    new Fault('unavailable', 'Postgres does not answer.', {
      cause: named('Error', `connect ${marker}`, { code: 'ECONNREFUSED' }),
    }),
    { code: 'unavailable', message: 'Postgres does not answer.', cause: { code: 'ECONNREFUSED' } },
  ],
  [
    'an engine that is down for a reason which we found ourselves',
    new Fault('unavailable', 'The sign-in provider does not answer.', {
      cause: new Finding('the token endpoint refused', { error: `no ${marker}`, status: 400 }),
    }),
    { cause: { type: 'Finding', message: 'the token endpoint refused', status: '400' } },
  ],
  ['a name and a code that are none', named(`${marker} it was`, '', { code: `the code ${marker}` }), { type: 'Error' }],
  ['a text', marker, { type: 'not an error: string' }],
  ['an object', { row: marker }, { type: 'not an error: object' }],
  ['nothing', null, { type: 'not an error: object' }],
]

function recorded() {
  const lines: string[] = []
  return { lines, log: createLog('info', { write: (line: string) => void lines.push(line) }) }
}

describe.each(errors)('Of %s', (_kind, error, told) => {
  test('its kind, codes, frames and causes are told, and nothing that it holds', () => {
    const record = errorRecord(error)
    expect(record).toMatchObject(told)
    expect(JSON.stringify(record)).not.toContain(marker)
    expect(failureCode(error)).not.toContain(marker)
  })

  test('a request that fails and a job log the same', async () => {
    const { lines, log } = recorded()
    unexpectedError(new Request('http://localhost/'), error, log)
    const job = runJob({ name: 'graph', work: () => Promise.reject(error), log, pauseMs: 60_000 })
    while (lines.length < 2) await Bun.sleep(1)
    await job.stop()
    const [request, worker] = lines.map((line) => JSON.parse(line))
    expect(request.err).toMatchObject(told)
    expect(worker.err).toEqual(request.err)
    expect(lines.join('')).not.toContain(marker)
  })
})

test('an error tells where it was thrown, and so does its cause', () => {
  const { at, cause } = errorRecord(new Error('one', { cause: new Error('two') }))
  expect(at?.[0]).toContain('error-record.test.ts')
  expect(cause?.at?.[0]).toContain('error-record.test.ts')
})

test('causes that lead round in a circle end', () => {
  const one = new Error('one')
  one.cause = one
  expect(JSON.stringify(errorRecord(one)).split('"cause"')).toHaveLength(6)
})
