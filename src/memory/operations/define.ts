import { type Static, type TSchema, Type as t } from '@sinclair/typebox'
import { Fault } from '../../shared/fault.ts'
import { once } from '../once.ts'
import type { AnyOperation, Caller, Operation, RestBinding, Wire } from '../operation.ts'
import { limits } from '../schema.ts'
import type { MemoryServices } from '../services.ts'

/** A member of every query and body that OpenMemory's scripts send it with: see `checkUser`. */
export const User = { user_id: t.Optional(t.String()) }
export const UserQuery = t.Object(User, { additionalProperties: false })

/** A memory's id: one of ours, or what an import brought along. */
export const Id = t.String({ minLength: 1, maxLength: limits.idCharacters })
export const IdParams = t.Object({ id: Id }, { additionalProperties: false })

/** Which page of a list, and of what size. */
export const Paging = {
  page: t.Optional(t.Integer({ minimum: 1, maximum: limits.page, default: 1 })),
  page_size: t.Optional(t.Integer({ minimum: 1, maximum: limits.pageSize, default: 10 })),
}
export const PageQuery = t.Object({ ...User, ...Paging }, { additionalProperties: false })
/** Which page of what belongs to one memory. */
export const IdPageInput = t.Object({ ...IdParams.properties, ...Paging }, { additionalProperties: false })
/** Beside a page of a list: how many there are in all, and which page it is. */
export const paged = { total: t.Integer(), page: t.Integer(), page_size: t.Integer() }

/** A page as a store is asked for it, and as the answer begins with it. */
export const pageOf = ({ page = 1, page_size: size = 10 }: { page?: number; page_size?: number }) => ({
  range: { limit: size, offset: (page - 1) * size },
  head: (total: number) => ({ total, page, page_size: size }),
  /** Of a list that has the newest first, an item's place from the oldest, which is 1: it stays while others are added. */
  place: (total: number, index: number) => total - (page - 1) * size - index,
})

/** A binding as it is written: without `toBody` its body is the output. */
export type RestFace<I, O> = Omit<RestBinding<I, O>, 'toBody'> & Partial<Pick<RestBinding<I, O>, 'toBody'>>

type Definition<I extends TSchema, O extends TSchema> = Omit<Operation<I, O, MemoryServices>, 'rest'> & {
  readonly rest: readonly RestFace<Static<I>, Static<O>>[]
}

/**
 * An operation with its types checked here and forgotten in the list. A write runs once for each Idempotency-Key, and a request
 * that names another person than the caller is refused.
 */
export function operation<I extends TSchema, O extends TSchema>(
  definition: Definition<I, O>,
): AnyOperation<MemoryServices> {
  const { effect } = definition
  // A file is read once, so two requests cannot be compared by it.
  const hasFile = definition.rest.some(({ upload }) => upload !== undefined)
  const run: typeof definition.run = (services, caller, input) =>
    effect === 'read' || hasFile
      ? definition.run(services, caller, input)
      : once(services, caller, definition, input, () => definition.run(services, caller, input))
  const rest = definition.rest.map((face) => ({
    toBody: (output: Static<O>) => output,
    ...face,
    toInput: ofCaller(face),
  }))
  return { ...definition, rest, run } as unknown as AnyOperation<MemoryServices>
}

const ofCaller =
  <I, O>({ toInput }: RestFace<I, O>): RestBinding<I, O>['toInput'] =>
  (wire, caller) => {
    checkUser(wire, caller)
    return toInput(wire, caller)
  }

/** A part of a wire that was checked against this schema. */
export const read = <T extends TSchema>(_schema: T, part: unknown): Static<T> => part as Static<T>

/** A part of a wire as input: all of it but `user_id`. */
export function inputIn<T extends TSchema>(schema: T, part: unknown): Omit<Static<T>, 'user_id'> {
  const { user_id: _, ...input } = read(schema, part) as Static<T> & { user_id?: string }
  return input
}

/**
 * OpenMemory's scripts send `user_id`. Identity comes from the token alone, so it must name the caller.
 * @throws Fault `forbidden`
 */
function checkUser({ query, body }: Wire, caller: Caller): void {
  const inBody = typeof body === 'object' && body !== null && 'user_id' in body ? body.user_id : undefined
  for (const named of [query.user_id, inBody]) {
    if (named !== undefined && named !== caller.ownerId) {
      throw new Fault('forbidden', 'user_id names someone else. Leave it out: the token says who you are.', {
        code: 'other_user',
        field: 'user_id',
      })
    }
  }
}

/** RFC 9110 section 13.1.1: `*` is any; anything that is not an ETag from here matches nothing. */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  const version = /^"(\d{1,15})"$/.exec(ifMatch.trim())?.[1]
  if (version === undefined) {
    throw new Fault('precondition_failed', 'If-Match has no ETag of this memory.', {
      code: 'version_mismatch',
      field: 'if-match',
    })
  }
  return Number(version)
}
