/** What is wrong with input, in words for who sent it: `ValueError`s of TypeBox. */
import type { TSchema } from '@sinclair/typebox'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors'

/** `filters.from`, `memory_ids.3`, from a JSON pointer (RFC 6901). */
export const fieldOf = ({ path }: ValueError): string =>
  path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')

export const tooMany = ({ maxItems }: TSchema): string => `must have at most ${maxItems} items`

/** What is wrong with a field, to be said behind its name. */
export function explain(error: ValueError): string {
  const { schema } = error
  switch (error.type) {
    case ValueErrorType.ObjectRequiredProperty:
      return 'is missing'
    case ValueErrorType.ObjectAdditionalProperties:
      return 'is not a known field'
    case ValueErrorType.Object:
      return 'must be an object'
    case ValueErrorType.Array:
      return 'must be an array'
    case ValueErrorType.String:
      return 'must be a string'
    case ValueErrorType.Number:
      return 'must be a number'
    case ValueErrorType.Integer:
      return 'must be a whole number'
    case ValueErrorType.Boolean:
      return 'must be true or false'
    case ValueErrorType.StringMinLength:
      return schema.minLength === 1 ? 'must not be empty' : `must have at least ${schema.minLength} characters`
    case ValueErrorType.StringMaxLength:
      return `must have at most ${schema.maxLength} characters`
    case ValueErrorType.StringFormat:
      return `must be ${formatNames[schema.format] ?? `a ${schema.format}`}`
    case ValueErrorType.StringPattern:
      return `must match ${schema.pattern}`
    case ValueErrorType.ArrayMinItems:
      return `must have at least ${schema.minItems} item${schema.minItems === 1 ? '' : 's'}`
    case ValueErrorType.ArrayMaxItems:
      return tooMany(schema)
    case ValueErrorType.ArrayUniqueItems:
      return 'must not repeat an item'
    case ValueErrorType.NumberMinimum:
    case ValueErrorType.IntegerMinimum:
      return `must be at least ${schema.minimum}`
    case ValueErrorType.NumberMaximum:
    case ValueErrorType.IntegerMaximum:
      return `must be at most ${schema.maximum}`
    case ValueErrorType.Literal:
      return `must be ${JSON.stringify(schema.const)}`
    case ValueErrorType.Union: {
      const choices = literalsOf(schema)
      return choices === undefined ? 'is none of the accepted shapes' : `must be one of ${choices.join(', ')}`
    }
    default:
      return `is not accepted: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`
  }
}

const formatNames: Record<string, string> = {
  'date-time': 'a date and time such as 2026-11-01T09:30:00Z',
  date: 'a date such as 2026-11-01',
  uuid: 'a UUID',
  uri: 'an absolute address',
  text: 'text without a NUL character or half of a surrogate pair',
}

function literalsOf(schema: TSchema): readonly string[] | undefined {
  const members: unknown = schema.anyOf
  if (!Array.isArray(members)) return undefined
  const constants = members.map((member: { const?: unknown }) => member.const)
  return constants.includes(undefined) ? undefined : constants.map((constant) => JSON.stringify(constant))
}
