/**
 * Lists cut to what their schema takes, before anything copies, fills or hashes them: a body of one megabyte has half a million items,
 * and TypeBox goes through all of them after it knows that they are too many.
 */
import { Kind, type TSchema } from '@sinclair/typebox'

/** The value with nothing in it that is longer than its schema takes; each list that was is told to `tooLong`, with its schema. */
export type Cut = (value: unknown, path: readonly string[], tooLong: TooLong) => unknown
export type TooLong = (path: readonly string[], list: TSchema) => void

/** So many unknown fields are kept of an object that takes none: their names are shown. */
const shownUnknown = 20

/**
 * The cut for a schema; undefined where it bounds nothing. What it does is bounded by the schema where that bounds a list, and by the
 * value elsewhere: of that it sees each part once at most, and none that the schema leaves open. What it cuts is a copy.
 */
export function cutOf(schema: TSchema): Cut | undefined {
  if (Array.isArray(schema.anyOf)) return alternative(schema.anyOf)
  if (Array.isArray(schema.allOf)) return oneAfterAnother(schema.allOf)
  if (schema[Kind] === 'Array') return list(schema)
  if (schema[Kind] === 'Object') return object(schema)
  if (schema[Kind] === 'Record') return record(schema)
  return undefined
}

function list(schema: TSchema): Cut | undefined {
  const { maxItems, items } = schema
  const within = cutOf(items)
  if (maxItems === undefined && within === undefined) return undefined
  return (value, path, tooLong) => {
    if (!Array.isArray(value)) return value
    const isTooLong = value.length > maxItems
    if (isTooLong) tooLong(path, schema)
    const taken: unknown[] = isTooLong ? value.slice(0, maxItems) : value
    return within === undefined ? taken : changed(taken, path, tooLong, () => within)
  }
}

function object(schema: TSchema): Cut | undefined {
  const fields = new Map<string, Cut>()
  for (const [name, part] of Object.entries<TSchema>(schema.properties)) {
    const cut = cutOf(part)
    if (cut !== undefined) fields.set(name, cut)
  }
  const isClosed = schema.additionalProperties === false
  if (!isClosed && fields.size === 0) return undefined
  return (value, path, tooLong) => {
    if (!isObject(value)) return value
    let taken = isClosed ? withFewUnknown(value, schema.properties) : value
    for (const [name, cut] of fields) {
      if (!Object.hasOwn(taken, name)) continue
      const part = cut(taken[name], [...path, name], tooLong)
      if (part !== taken[name]) taken = { ...taken, [name]: part }
    }
    return taken
  }
}

function withFewUnknown(value: Readonly<Record<string, unknown>>, known: object): Readonly<Record<string, unknown>> {
  const names = Object.keys(value)
  if (names.length <= Object.keys(known).length + shownUnknown) return value
  let unknown = 0
  const kept = names.filter((name) => Object.hasOwn(known, name) || ++unknown <= shownUnknown)
  return Object.fromEntries(kept.map((name) => [name, value[name]]))
}

function record(schema: TSchema): Cut | undefined {
  const [[pattern, part] = []] = Object.entries<TSchema>(schema.patternProperties)
  const within = part === undefined ? undefined : cutOf(part)
  if (pattern === undefined || within === undefined) return undefined
  const named = new RegExp(pattern)
  return (value, path, tooLong) =>
    isObject(value) ? changed(value, path, tooLong, (name) => (named.test(name) ? within : undefined)) : value
}

/** Of members of a union the one that is of the value's kind; where there are several, none of them says how long it may be. */
function alternative(members: readonly TSchema[]): Cut | undefined {
  const [lists, objects] = [
    members.filter((member) => member[Kind] === 'Array'),
    members.filter((member) => member[Kind] === 'Object' || member[Kind] === 'Record'),
  ].map((of) => (of.length === 1 && of[0] !== undefined ? cutOf(of[0]) : undefined))
  if (lists === undefined && objects === undefined) return undefined
  return (value, path, tooLong) => (Array.isArray(value) ? lists : objects)?.(value, path, tooLong) ?? value
}

function oneAfterAnother(parts: readonly TSchema[]): Cut | undefined {
  const cuts = parts.map(cutOf).filter((cut) => cut !== undefined)
  if (cuts.length === 0) return undefined
  return (value, path, tooLong) => cuts.reduce((taken, cut) => cut(taken, path, tooLong), value)
}

/** The same list or object where no part of it was cut, otherwise a copy. */
function changed(
  whole: object,
  path: readonly string[],
  tooLong: TooLong,
  cutAt: (name: string) => Cut | undefined,
): unknown {
  let isChanged = false
  const parts = Object.entries(whole).map(([name, part]): [string, unknown] => {
    const taken = cutAt(name)?.(part, [...path, name], tooLong) ?? part
    isChanged ||= taken !== part
    return [name, taken]
  })
  if (!isChanged) return whole
  return Array.isArray(whole) ? parts.map(([, part]) => part) : Object.fromEntries(parts)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
