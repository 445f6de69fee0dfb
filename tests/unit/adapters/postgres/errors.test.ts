import { expect, test } from 'bun:test'
import { failure } from '../../../../src/adapters/postgres/errors.ts'
import { Fault } from '../../../../src/shared/fault.ts'

test('a connection that breaks is unavailable, however the driver says so; a mistake of the program stays one', () => {
  for (const error of [
    Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' }),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    // As in a minified executable, where the driver's class has another name.
    Object.assign(new Error('terminating connection'), { name: 'mS', severity: 'FATAL', code: '57P01' }),
    new TypeError("null is not an object (evaluating 'socket.write')"),
    new TypeError("Cannot read properties of null (reading 'write')"),
  ]) {
    expect(failure(error)).toBeInstanceOf(Fault)
    expect(failure(error)).toMatchObject({ kind: 'unavailable', cause: error })
  }
  const mistake = new TypeError("undefined is not an object (evaluating 'row.id')")
  expect(failure(mistake)).toBe(mistake)
})

test('a text that cannot be kept is the caller’s to change; another value that is none of its type is a mistake of the program', () => {
  const refused = (code: string, message: string) =>
    failure(Object.assign(new Error(message), { severity: 'ERROR', code }))
  for (const error of [
    refused('22021', 'invalid byte sequence for encoding "UTF8": 0x00'),
    refused('22P05', 'unsupported Unicode escape sequence'),
    refused('22P02', 'invalid input syntax for type json'),
    refused('22P02', 'ungültige Eingabesyntax für Typ json'),
  ]) {
    expect(error).toMatchObject({ kind: 'invalid', code: 'text_invalid' })
  }
  for (const message of [
    'invalid input syntax for type integer: "json"',
    'invalid input value for enum kind: "other"',
    'malformed array literal: "json"',
  ]) {
    expect(refused('22P02', message)).not.toBeInstanceOf(Fault)
  }
})
