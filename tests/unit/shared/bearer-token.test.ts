import { describe, expect, test } from 'bun:test'
import { bearerToken } from '../../../src/shared/bearer-token.ts'

const tokenOf = (authorization?: string) =>
  bearerToken({ headers: new Headers(authorization === undefined ? {} : { authorization }) } as Request)

describe('RFC 6750 section 2.1: the token of an Authorization field', () => {
  test.each(['Bearer abc.def-1', 'bearer abc.def-1', 'BEARER   abc.def-1', ' Bearer abc.def-1  '])(
    '%p names it',
    (field) => expect(tokenOf(field)).toBe('abc.def-1'),
  )

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearerabc',
    'Basic abc',
    'Bearer abc def',
    'Bearer abc\tdef',
    'x Bearer abc',
  ])('%p names none', (field) => expect(tokenOf(field)).toBeUndefined())
})
