import type { TSchema } from '@sinclair/typebox'
import { isJsonObject } from '../shared/json-object.ts'

const closedSchemas = new WeakMap<TSchema, TSchema>()

/**
 * The schema with every object closed that does not say itself what else it may have, so that a field nobody reads is refused
 * by name instead of being lost in silence. Members of an intersection stay open: each sees the fields of the others.
 * The same schema always gives the same result, so that it is compiled once.
 */
export function closed(schema: TSchema): TSchema {
  let result = closedSchemas.get(schema)
  if (result === undefined) {
    result = closeObjects(schema)
    closedSchemas.set(schema, result)
  }
  return result
}

function closeObjects(schema: TSchema): TSchema {
  if (schema.allOf !== undefined) return schema
  const changed: Record<string, unknown> = {}
  if (isJsonObject(schema.properties)) {
    changed.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, closeObjects(property as TSchema)]),
    )
    if (schema.additionalProperties === undefined) changed.additionalProperties = false
  }
  if (isJsonObject(schema.items)) changed.items = closeObjects(schema.items as TSchema)
  if (Array.isArray(schema.anyOf)) changed.anyOf = schema.anyOf.map((member: TSchema) => closeObjects(member))
  return Object.keys(changed).length === 0 ? schema : { ...schema, ...changed }
}
