import { describe, expect, test } from 'bun:test'
import { type TSchema, Type as t } from '@sinclair/typebox'
import { checkInput, conforms, withOneOf } from '../../../src/shared/check-schema.ts'
import { Fault } from '../../../src/shared/fault.ts'

const schema = t.Object(
  {
    text: t.String({ minLength: 1, maxLength: 5 }),
    limit: t.Integer({ minimum: 1, maximum: 50, default: 10 }),
    at: t.Optional(t.String({ format: 'date-time' })),
    order: t.Optional(t.Union([t.Literal('newest'), t.Literal('oldest')])),
    tags: t.Optional(t.Array(t.String(), { maxItems: 2 })),
  },
  { additionalProperties: false },
)

function faultOf(value: unknown, against: TSchema = schema): Fault {
  try {
    checkInput(against, value)
  } catch (error) {
    if (error instanceof Fault) return error
  }
  throw new Error('it was accepted')
}

function refusal(value: unknown): { field: string | undefined; message: string } {
  const { field, message } = faultOf(value)
  return { field, message }
}

describe('Input is checked against its schema', () => {
  test('defaults are filled in, and the value that was given stays as it is', () => {
    const given = { text: 'tea' }
    expect(checkInput(schema, given)).toEqual({ text: 'tea', limit: 10 })
    expect(given).toEqual({ text: 'tea' })
  })

  const wrong: [unknown, string | undefined, string][] = [
    [{}, 'text', '`text` is missing.'],
    [{ text: '' }, 'text', '`text` must not be empty.'],
    [{ text: 'longer' }, 'text', '`text` must have at most 5 characters.'],
    [{ text: 1 }, 'text', '`text` must be a string.'],
    [{ text: 'a', limit: 0 }, 'limit', '`limit` must be at least 1.'],
    [{ text: 'a', limit: 1.5 }, 'limit', '`limit` must be a whole number.'],
    [{ text: 'a', at: 'yesterday' }, 'at', '`at` must be a date and time such as 2026-11-01T09:30:00Z.'],
    [{ text: 'a', order: 'up' }, 'order', '`order` must be one of "newest", "oldest".'],
    [{ text: 'a', tags: ['a', 2] }, 'tags.1', '`tags.1` must be a string.'],
    [{ text: 'a', tags: ['a', 'b', 'c'] }, 'tags', '`tags` must have at most 2 items.'],
    [{ text: 'a', colour: 1 }, 'colour', '`colour` is not a known field.'],
    [
      { limit: 0, colour: 1, tags: 7 },
      'text',
      '`text` is missing. `colour` is not a known field. `limit` must be at least 1. `tags` must be an array.',
    ],
    ['text', undefined, 'The input must be an object.'],
    [null, undefined, 'The input must be an object.'],
  ]
  for (const [value, field, message] of wrong) {
    test(`${JSON.stringify(value)}: ${message}`, () => expect(refusal(value)).toEqual({ field, message }))
  }

  test('each wrong field is named once, with what is wrong with it', () => {
    expect(faultOf({ limit: 0, tags: ['a', 2] }).errors).toEqual([
      { field: 'text', message: '`text` is missing.' },
      { field: 'limit', message: '`limit` must be at least 1.' },
      { field: 'tags.1', message: '`tags.1` must be a string.' },
    ])
  })

  test('of fields of which one is needed, the first is named where none is there, also beside what nobody knows', () => {
    const fields = { text: t.Optional(t.String()), texts: t.Optional(t.Array(t.String())) }
    const either = withOneOf(['text', 'texts'], t.Object(fields, { additionalProperties: false }))
    expect(checkInput(either, { texts: [] })).toEqual({ texts: [] })
    expect(faultOf({ txt: 'tea' }, either).errors).toEqual([
      { field: 'text', message: '`text` or `texts` is missing.' },
      { field: 'txt', message: '`txt` is not a known field.' },
    ])
    expect(faultOf({}, either).message).toBe('`text` or `texts` is missing.')
    expect(JSON.stringify(either)).toBe(JSON.stringify(t.Object(fields, { additionalProperties: false })))
  })

  test('at most 20 are named, however many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`made-up-${at}`, 1]))
    expect(faultOf(many).errors).toHaveLength(20)
  })
})

describe('Text that not every engine can keep', () => {
  const note = t.Object({
    plain: t.Optional(t.String()),
    either: t.Optional(t.Union([t.String(), t.Null()])),
    named: t.Optional(t.Record(t.String(), t.Array(t.Object({ name: t.String() })))),
    open: t.Optional(t.Record(t.String(), t.Unknown())),
  })
  const at = (value: unknown): string | undefined => {
    try {
      checkInput(note, value)
      return undefined
    } catch (error) {
      return error instanceof Fault ? error.field : String(error)
    }
  }

  for (const text of ['a\0b', '\ud800', '\udc00\ud800']) {
    test(`${JSON.stringify(text)} is refused wherever a schema has a string, and left alone where it says nothing`, () => {
      expect(at({ plain: text })).toBe('plain')
      expect(at({ either: text })).toBe('either')
      expect(at({ named: { a: [{ name: 'good' }, { name: text }] } })).toBe('named.a.1.name')
      expect(at({ open: { [text]: [text] } })).toBeUndefined()
    })
  }

  test('what we send is not refused for it: it may have been kept before', () => {
    expect(conforms(note, { plain: 'a\0b' })).toBe(true)
  })

  test('whole pairs and everything else are text', () => {
    expect(at({ plain: 'tea \u{1F375}\t\n\u0001', either: '' })).toBeUndefined()
  })
})

/** A list that counts how often one of its items is read. */
function watched<T>(items: readonly T[]): { readonly list: readonly T[]; readonly reads: () => number } {
  let reads = 0
  const get = (of: readonly T[], name: string | symbol) => {
    if (typeof name === 'string' && /^\d+$/.test(name)) reads++
    return Reflect.get(of, name)
  }
  return { list: new Proxy(items, { get }), reads: () => reads }
}

describe('Of a list that is longer than its schema takes, no more is read than it takes', () => {
  const names = t.Array(t.String({ maxLength: 5 }), { maxItems: 3, uniqueItems: true })
  const limit = t.Integer({ default: 10 })
  const many = Array.from({ length: 10_000 }, (_, at) => `${at}`)
  const numbers = Array.from({ length: 10_000 }, () => 1)
  const surplus = '`names` must have at most 3 items.'
  const places: [string, TSchema, (list: unknown) => unknown, string][] = [
    ['of an object', t.Object({ names, limit }), (list) => ({ names: list }), 'names'],
    ['without defaults', t.Object({ names }), (list) => ({ names: list }), 'names'],
    ['or null', t.Object({ names: t.Union([names, t.Null()]), limit }), (list) => ({ names: list }), 'names'],
    [
      'of an object in a list',
      t.Object({ all: t.Array(t.Object({ names }), { maxItems: 2 }), limit }),
      (list) => ({ all: [{ names: [] }, { names: list }] }),
      'all.1.names',
    ],
    [
      'of objects by name',
      t.Object({ by: t.Record(t.String(), names), limit }),
      (list) => ({ by: { a: list } }),
      'by.a',
    ],
    [
      'of several schemas',
      t.Intersect([t.Object({ limit }), t.Object({ names })]),
      (list) => ({ names: list, limit: 1 }),
      'names',
    ],
  ]
  for (const [where, schema, within, field] of places) {
    test(`${where}: ${field} is named`, () => {
      for (const items of [many, numbers]) {
        const { list, reads } = watched<unknown>(items)
        const fault = faultOf(within(list), schema)
        expect([fault.code, fault.field]).toEqual(['input_invalid', field])
        expect(fault.errors[0]?.message).toBe(surplus.replace('names', field))
        expect(reads()).toBeLessThanOrEqual(3)
      }
    })
  }

  test('the list itself: the input is said to be too long', () => {
    const { list, reads } = watched(many)
    expect(faultOf(list, names).message).toBe('The input must have at most 3 items.')
    expect(faultOf(list, t.Union([names, t.Object({ names })])).message).toBe('The input must have at most 3 items.')
    expect(reads()).toBeLessThanOrEqual(6)
  })

  test('what else is wrong is named too, and at most 20 altogether', () => {
    expect(faultOf({ text: 7, tags: many }).errors.map(({ field }) => field)).toEqual(['tags', 'text'])
    const lists = t.Record(t.String(), names)
    expect(faultOf(Object.fromEntries(many.map((name) => [name, many])), lists).errors).toHaveLength(20)
  })

  test('what is given stays as it is, and what is not too long is given back as it was', () => {
    const given = { text: 'tea', tags: ['a', 'b', 'c'] }
    faultOf(given)
    expect(given).toEqual({ text: 'tea', tags: ['a', 'b', 'c'] })
    const right = { names: ['a', 'b', 'c'] }
    expect(checkInput(t.Object({ names }), right)).toBe(right)
  })

  test('an object that takes no other fields is read no further than their names', () => {
    let reads = 0
    const get = () => reads++
    const fields = Object.fromEntries(many.map((name) => [`made-up-${name}`, { get, enumerable: true }]))
    expect(faultOf(Object.defineProperties({ text: 'tea' }, fields)).errors).toHaveLength(20)
    expect(reads).toBeLessThanOrEqual(100)
  })
})

describe('Items of a list that may not repeat one', () => {
  const named = t.Object({ name: t.String({ maxLength: 5 }) })
  const list = t.Object({ list: t.Array(named, { maxItems: 3, uniqueItems: true }) })

  test('a repeated one is told where all else is right', () => {
    const twice = faultOf({ list: [{ name: 'a' }, { name: 'a' }] }, list)
    expect(twice.errors).toEqual([{ field: 'list', message: '`list` must not repeat an item.' }])
    expect(faultOf({ list: [{ name: 'longer' }, { name: 'longer' }] }, list).errors).toHaveLength(2)
  })

  test('are not hashed where one is wrong, however long it is', () => {
    let reads = 0
    const rest = { get: () => reads++, enumerable: true }
    const item = Object.defineProperties({ name: 'longer' }, { rest })
    expect(faultOf({ list: [item] }, list).field).toBe('list.0.name')
    expect(reads).toBe(0)
  })
})
