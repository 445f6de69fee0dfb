/** A request's params, query, body and conditional fields, read and checked against a binding's schemas. */
import { Type } from '@sinclair/typebox'
import type { RestBinding, Wire } from '../memory/operation.ts'
import { checkInput } from '../shared/check-schema.ts'
import { Fault, type FieldError, invalidFields } from '../shared/fault.ts'
import type { Holding } from '../shared/held-bytes.ts'
import { readJson } from '../shared/read-body.ts'
import { closed } from './closed-schema.ts'
import { readQuery } from './query.ts'
import { readUpload } from './upload.ts'

const bodyLimitBytes = 1024 * 1024
/** ChatGPT sends it with every call of an Action, and nobody else has a use for it. */
const actionsField = 'openai-conversation-id'

type AnyBinding = RestBinding<unknown, unknown>
const noProperties = Type.Object({}, { additionalProperties: false })

/**
 * Throws `Fault`s that name the field at fault; reads the body last, and only once all before it is right. What a form holds is
 * counted in `held`.
 */
export async function readParts(
  binding: AnyBinding,
  request: Request,
  rawParams: Readonly<Record<string, string | undefined>>,
  held: Holding,
): Promise<Wire> {
  const ifMatch = request.headers.get('if-match')
  const [params, query] = everyFault(
    () => (binding.params === undefined ? {} : asRecord(checkInput(closed(binding.params), readParams(rawParams)))),
    () => checkedQuery(binding, request.url),
  )
  const parts = {
    params,
    query,
    ...(ifMatch === null ? {} : { ifMatch }),
    ...(request.headers.has(actionsField) ? { forModel: true } : {}),
  }
  if (binding.upload === undefined) return { ...parts, body: await readBody(binding, request) }
  const { upload, fields } = await readUpload(binding.upload, request, held)
  return {
    ...parts,
    upload,
    body: checkInput(binding.body === undefined ? noProperties : closed(binding.body), fields),
  }
}

/** Both values, or a fault that names what is wrong with either. */
function everyFault<A, B>(first: () => A, second: () => B): [A, B] {
  const errors: FieldError[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'input_invalid' || error.errors.length === 0) throw error
      errors.push(...error.errors)
      return undefined
    }
  }
  const values = [attempt(first), attempt(second)] as [A, B]
  if (errors.length > 0) throw invalidFields(errors)
  return values
}

/** The `Idempotency-Key` of a write (draft-ietf-httpapi-idempotency-key-header): 1 to 255 visible characters. */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key')
  if (key === null) return undefined
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new Fault('invalid', 'Idempotency-Key must be 1 to 255 visible ASCII characters.', { field: 'idempotency-key' })
}

/** The router gives no value for a segment whose percent-encoding is not UTF-8. */
function readParams(raw: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value !== 'string' || value.includes('\u0000')) {
      throw new Fault('invalid', `\`${name}\` in the path is not valid UTF-8.`, { code: 'utf8_invalid', field: name })
    }
    params[name] = value
  }
  return params
}

function checkedQuery({ query: schema }: AnyBinding, url: string): Readonly<Record<string, unknown>> {
  const at = url.indexOf('?')
  const end = url.indexOf('#', at)
  const search = at < 0 ? '' : url.slice(at + 1, end < 0 ? undefined : end)
  return asRecord(checkInput(schema === undefined ? noProperties : closed(schema), readQuery(search, schema)))
}

async function readBody({ body: schema, method }: AnyBinding, request: Request): Promise<unknown> {
  if (schema === undefined) {
    if (request.body === null || method === 'get') return undefined
    // Some clients send `{}` with every write.
    if (request.headers.get('content-length') === '0') return undefined
    const sent = await readJsonOrNothing(request)
    return sent === undefined ? undefined : checkInput(noProperties, sent)
  }
  const optional = (schema.required ?? []).length === 0 && schema.type === 'object'
  const sent = optional ? await readJsonOrNothing(request) : await readJsonOfType(request)
  return checkInput(closed(schema), sent === undefined ? {} : sent)
}

async function readJsonOrNothing(request: Request): Promise<unknown> {
  if (request.body === null) return undefined
  try {
    return await readJsonOfType(request)
  } catch (error) {
    if (error instanceof Fault && error.code === 'body_missing') return undefined
    throw error
  }
}

/** A body without a media type is taken for JSON (RFC 9110 section 8.3 lets us); another type is refused by name. */
async function readJsonOfType(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')
  if (type !== null && request.body !== null && !/^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(type)) {
    throw new Fault('invalid', 'Send the body as application/json.', { code: 'content_type', field: 'content-type' })
  }
  return readJson(request, bodyLimitBytes)
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> => value as Record<string, unknown>
