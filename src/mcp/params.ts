/**
 * The parameters of the requests we answer. The SDKs check them too, but tell a wrong one as an internal error with a validator's dump:
 * here it is JSON-RPC's invalid params, with the field by name.
 */
import { type Static, type TSchema, Type as t } from '@sinclair/typebox'
import { checkInput } from '../shared/check-schema.ts'
import { Fault } from '../shared/fault.ts'

const Page = t.Object({ cursor: t.Optional(t.String()) })

export const params = {
  'tools/list': Page,
  'tools/call': t.Object({ name: t.String(), arguments: t.Optional(t.Record(t.String(), t.Unknown())) }),
  'resources/list': Page,
  'resources/templates/list': Page,
  'resources/read': t.Object({ uri: t.String() }),
  'prompts/list': Page,
  'prompts/get': t.Object({ name: t.String(), arguments: t.Optional(t.Record(t.String(), t.String())) }),
} as const

type Method = keyof typeof params

/** The parameters of one method as the v2 SDK takes schemas (standardschema.dev, version 1). */
export const standardParams = <M extends Method>(method: M): StandardSchema<Static<(typeof params)[M]>> =>
  standardSchema<(typeof params)[M]>(params[method])

interface StandardSchema<T> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    validate(value: unknown): { value: T; issues?: undefined } | { issues: readonly { message: string }[] }
    readonly types?: { readonly input: unknown; readonly output: T }
  }
}

const standardSchema = <S extends TSchema>(schema: S): StandardSchema<Static<S>> => ({
  '~standard': {
    version: 1,
    vendor: 'souvenir',
    validate(value) {
      try {
        return { value: checkInput(schema, value) }
      } catch (error) {
        if (error instanceof Fault) return { issues: [{ message: error.message }] }
        throw error
      }
    },
  },
})

/** What is wrong with the parameters of a JSON-RPC request, if something is; undefined for a method that is not ours. */
export function wrongParams(message: { readonly method: string; readonly params?: unknown }): string | undefined {
  const schema = isMethod(message.method) ? params[message.method] : undefined
  if (schema === undefined) return undefined
  try {
    checkInput(schema, message.params ?? {})
    return undefined
  } catch (error) {
    if (error instanceof Fault) return `Invalid params for ${message.method}: ${error.message}`
    throw error
  }
}

const isMethod = (method: string): method is Method => Object.hasOwn(params, method)
