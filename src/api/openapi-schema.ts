import type { TSchema } from '@sinclair/typebox'
import { closed } from './closed-schema.ts'

/** `complete` says all; `actions` avoids what ChatGPT's importer refuses or misreads. */
export type Audience = 'complete' | 'actions'

export type JsonSchema = Readonly<Record<string, unknown>>

/** The schema of what is sent to us: unknown fields are refused, and said to be. */
export const inputSchema = (schema: TSchema, audience: Audience): JsonSchema => plain(closed(schema), audience)

/** The schema of what we answer: fields may be added in time. */
export const outputSchema = (schema: TSchema, audience: Audience): JsonSchema => plain(schema, audience)

/** JSON Schema 2020-12 without TypeBox's marks, as OpenAPI 3.1 has it (section 4.8.24); choices of constants as `enum`. */
function plain(schema: TSchema, audience: Audience): JsonSchema {
  const choices = withoutNull(schema, audience)
  if (choices !== undefined) {
    const [only, ...others] = choices
    const { anyOf: _members, ...rest } = copied(schema, audience)
    if (only !== undefined && others.length === 0) return { ...plain(only, audience), ...rest }
    const constants = choices.map((member) => member.const)
    if (constants.every((constant) => typeof constant === 'string')) return { type: 'string', enum: constants, ...rest }
    return { anyOf: choices.map((member) => plain(member, audience)), ...rest }
  }
  const result = copied(schema, audience)
  if (audience === 'actions' && result.type === 'object' && result.properties === undefined) result.properties = {}
  return result
}

/** The members of a choice; null is none for Actions, whose importer misreads it. */
function withoutNull(schema: TSchema, audience: Audience): readonly TSchema[] | undefined {
  const members: unknown = schema.anyOf
  if (!Array.isArray(members)) return undefined
  return audience === 'actions' ? members.filter(({ type }: TSchema) => type !== 'null') : members
}

function copied(schema: TSchema, audience: Audience): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    switch (key) {
      case 'properties':
        result.properties = Object.fromEntries(
          Object.entries(value as Record<string, TSchema>)
            .filter(([name]) => audience === 'complete' || !forScripts.has(name))
            .map(([name, property]) => [name, describe(name, plain(property, audience))]),
        )
        break
      case 'patternProperties':
        // A record: any name, values of one kind.
        result.additionalProperties = recordValues(value as Record<string, TSchema>, audience)
        break
      case 'items':
        result.items = plain(value as TSchema, audience)
        break
      case 'additionalProperties':
        result[key] = typeof value === 'object' ? plain(value as TSchema, audience) : value
        break
      case 'allOf':
        result.allOf = (value as TSchema[]).map((member) => plain(member, audience))
        break
      case '$id':
      case 'anyOf':
        break
      default:
        result[key] = value
    }
  }
  return result
}

function recordValues(patterns: Record<string, TSchema>, audience: Audience): unknown {
  const [values] = Object.values(patterns)
  const schema = values === undefined ? {} : plain(values, audience)
  return Object.keys(schema).length === 0 ? true : schema
}

/** Fields that only old scripts send: a model needs no word of them. */
const forScripts = new Set(['user_id'])

const describe = (name: string, schema: JsonSchema): JsonSchema =>
  forScripts.has(name)
    ? { ...schema, deprecated: true, description: 'Accepted when it names the caller. The token says who you are.' }
    : schema
