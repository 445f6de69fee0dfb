/**
 * Input checked against its TypeBox schema: compiled at the first use, once for each schema. Formats are checked, defaults are
 * filled in, and an error names the field and says what to do.
 */
import { FormatRegistry, Kind, type Static, type TObject, type TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import type { ValueError } from '@sinclair/typebox/errors'
import { Value } from '@sinclair/typebox/value'
import { type Cut, cutOf } from './cut-to-schema.ts'
import { explain, fieldOf, tooMany } from './explain-error.ts'
import { Fault, type FieldError, invalidFields } from './fault.ts'

/** JSON Schema's `format` (2020-12 validation section 7.3): TypeBox takes an unknown format for a failure, so all that are used are here. */
const formats: Record<string, (text: string) => boolean> = {
  // RFC 3339 section 5.6, with an offset.
  'date-time': (text) =>
    /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  uuid: (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text),
  uri: (text) => URL.canParse(text),
  // What every engine can keep: Postgres takes no U+0000 and SQLite ends text there; half a pair comes back as another character.
  text: (text) => !text.includes('\0') && text.isWellFormed(),
}
for (const [name, check] of Object.entries(formats)) FormatRegistry.Set(name, check)

interface Compiled {
  readonly check: TypeCheck<TSchema>
  readonly hasDefaults: boolean
  readonly cut: Cut | undefined
  errors(value: unknown): Iterable<ValueError>
}

const inputs = new WeakMap<TSchema, Compiled>()
const outputs = new WeakMap<TSchema, TypeCheck<TSchema>>()

function compiled(schema: TSchema): Compiled {
  let known = inputs.get(schema)
  if (known === undefined) {
    const check = TypeCompiler.Compile(ofText(schema))
    const hasDefaults = JSON.stringify(schema).includes('"default":')
    known = { check, hasDefaults, cut: cutOf(schema), errors: errorsOf(check, ofText(schema)) }
    inputs.set(schema, known)
  }
  return known
}

/** The schema with the format `text` on every string that has none. What a schema leaves open (`Unknown`) is kept as JSON. */
const ofText = (schema: TSchema): TSchema =>
  rebuilt(schema, (part) => (part[Kind] === 'String' ? { format: 'text', ...part } : part))

/**
 * What is wrong, repeated items last: TypeBox tells them by a hash of each, also of one that is a megabyte and much too long. So that is
 * asked only where all else is right.
 */
function errorsOf(check: TypeCheck<TSchema>, schema: TSchema): Compiled['errors'] {
  const unhashed = rebuilt(schema, ({ uniqueItems: _, ...part }) => part as TSchema)
  return function* all(value) {
    let any = false
    for (const error of Value.Errors(unhashed, value)) {
      any = true
      yield error
    }
    if (!any) yield* check.Errors(value)
  }
}

/** The schema with each part as `change` makes it. */
function rebuilt(schema: TSchema, change: (part: TSchema) => TSchema): TSchema {
  const within = (part: unknown): unknown =>
    Array.isArray(part) ? part.map(within) : isSchema(part) ? rebuilt(part, change) : part
  const each = (parts: object) => Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, within(part)]))
  const { items, anyOf, allOf, additionalProperties, properties, patternProperties } = schema
  const parts = { items, anyOf, allOf, additionalProperties }
  const named = { properties, patternProperties }
  return change({
    ...schema,
    ...each(given(parts)),
    ...Object.fromEntries(Object.entries(given(named)).map(([keyword, schemas]) => [keyword, each(schemas as object)])),
  })
}

const alternatives = Symbol('alternatives')

/**
 * The schema of an object with at least one of these fields. JSON Schema says it with `anyOf`, which models' providers refuse at the
 * root of a tool's input: so it is checked here, and the schema as clients see it has every field optional.
 */
export const withOneOf = <T extends TObject>(fields: readonly string[], schema: T): T => ({
  ...schema,
  [alternatives]: fields,
})

/** What is wrong with an object that has none of the fields of which it needs one: named as the first of them. */
function noneOf(schema: TSchema & { [alternatives]?: readonly string[] }, value: unknown): FieldError | undefined {
  const fields = schema[alternatives]
  if (fields === undefined || typeof value !== 'object' || value === null) return undefined
  if (fields.some((field) => field in value)) return undefined
  return { field: fields[0] ?? '', message: `${fields.map((field) => `\`${field}\``).join(' or ')} is missing.` }
}

const given = (parts: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined))

const isSchema = (part: unknown): part is TSchema => typeof part === 'object' && part !== null && Kind in part

/**
 * `value` as the schema's type, with defaults filled in; `value` itself is not changed. Texts are well-formed and without U+0000.
 * Throws `Fault('invalid', ..., { code: 'input_invalid', field, errors })` that names every field that is wrong, at most 20.
 */
export function checkInput<T extends TSchema>(schema: T, value: unknown): Static<T> {
  const { check, hasDefaults, cut, errors } = compiled(schema)
  const wrong = new Map<string, FieldError>()
  const taken = cut?.(value, [], (path, list) => {
    const field = path.join('.')
    if (field === '') throw new Fault('invalid', `The input ${tooMany(list)}.`, { code: 'input_invalid' })
    if (wrong.size < mostErrors) wrong.set(field, { field, message: `\`${field}\` ${tooMany(list)}.` })
  })
  const filled = hasDefaults ? Value.Default(schema, Value.Clone(taken ?? value)) : (taken ?? value)
  const missing = noneOf(schema, filled)
  if (missing !== undefined) wrong.set(missing.field, missing)
  if (wrong.size === 0 && check.Check(filled)) return filled as Static<T>
  if (wrong.size < mostErrors)
    for (const error of errors(filled)) {
      const field = fieldOf(error)
      if (field === '' && wrong.size > 0) continue // It says no more than what is wrong within.
      if (field === '') throw new Fault('invalid', `The input ${explain(error)}.`, { code: 'input_invalid' })
      // The first that is said of a field is the plainest: a missing one is not a string either.
      if (!wrong.has(field)) wrong.set(field, { field, message: `\`${field}\` ${explain(error)}.` })
      if (wrong.size === mostErrors) break
    }
  throw invalidFields([...wrong.values()])
}

const mostErrors = 20

/** Whether `value` is what the schema says. For what we send ourselves. */
export function conforms(schema: TSchema, value: unknown): boolean {
  let check = outputs.get(schema)
  if (check === undefined) {
    check = TypeCompiler.Compile(schema)
    outputs.set(schema, check)
  }
  return check.Check(value)
}
