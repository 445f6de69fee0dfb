/** Query strings read strictly: each value becomes what its schema says or is refused; nothing is guessed and nothing is lost. */
import type { TSchema } from '@sinclair/typebox'
import { Fault, type FieldError, invalidFields } from '../shared/fault.ts'
import { assertPercentEncodedUtf8 } from '../shared/read-body.ts'

const nothing: Readonly<Record<string, unknown>> = Object.freeze({})

/**
 * The parameters of a query string (without `?`) with their schema's types, not yet checked against it.
 * Faults: `utf8_invalid`; `input_invalid` for unknown names, all of them; `parameter_repeated` for a name that comes twice unless its
 * schema is an array (a parser that keeps one of them would keep another than a proxy or a log).
 */
export function readQuery(search: string, schema: TSchema | undefined): Readonly<Record<string, unknown>> {
  if (search === '') return nothing
  assertPercentEncodedUtf8(search)
  const properties: Record<string, TSchema> = schema?.properties ?? {}
  const query: Record<string, unknown> = {}
  const unknown = new Map<string, FieldError>()
  for (const [name, text] of new URLSearchParams(search)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (property === undefined) {
      if (unknown.size < mostUnknown)
        unknown.set(name, { field: name, message: `\`${name}\` is not a known parameter.` })
      continue
    }
    const given = query[name]
    if (property.type === 'array') {
      query[name] = [...(Array.isArray(given) ? given : []), coerce(property.items ?? {}, text)]
    } else if (given === undefined) {
      query[name] = coerce(property, text)
    } else {
      throw new Fault('invalid', `\`${name}\` is given more than once.`, { code: 'parameter_repeated', field: name })
    }
  }
  if (unknown.size > 0) throw invalidFields([...unknown.values()])
  return query
}

const mostUnknown = 20

/** The text as the schema's type where it is written exactly so; otherwise the text itself, which the check then refuses. */
function coerce(schema: TSchema, text: string): unknown {
  if (Array.isArray(schema.anyOf)) {
    for (const member of schema.anyOf) {
      const value = coerce(member, text)
      if (typeof value !== 'string') return value
    }
    return text
  }
  switch (schema.type) {
    case 'integer':
      return /^-?(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text
    case 'number':
      return /^-?(0|[1-9]\d{0,15})(\.\d{1,15})?$/.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    default:
      return text
  }
}
