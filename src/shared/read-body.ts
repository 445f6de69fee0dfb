import { Fault } from './fault.ts'
import { longestFor, ordinaryPatience, type Patience, patiently, tooSlow } from './patience.ts'
import { late, within } from './within.ts'

/** What has a body: a request, or the answer of another server. */
type WithBody = Pick<Request, 'headers' | 'body'>

/**
 * Reads a request's (or an answer's) body as text, at most `limitBytes` of it.
 * Faults: those of `readBytes`; `invalid` for bytes that are not UTF-8
 * (a lenient decoder would turn them into U+FFFD and store something else than was sent).
 */
async function readText(request: WithBody, limitBytes: number): Promise<string> {
  return decodeUtf8(await readBytes(request, limitBytes))
}

/**
 * Reads a body as it came, at most `limitBytes` of it, whether or not its length was announced. Faults: `too_large`; `timed_out` for a
 * request that comes too slowly. Whoever asks another server says how long it may take.
 */
export async function readBytes(
  message: WithBody,
  limitBytes: number,
  patience: Patience = ordinaryPatience,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(message.headers.get('content-length') ?? 0)
  if (declared > limitBytes) throw tooLarge(limitBytes)
  // RFC 9112 section 6.2: a server reads as much of a request as it announces, and in one piece that costs a third of a stream. An
  // answer's length is that of its packed bytes.
  if (declared > 0 && message instanceof Request && !message.headers.has('transfer-encoding')) {
    const read = await within(longestFor(declared, patience), message.arrayBuffer())
    if (read === late) throw tooSlow()
    const whole = new Uint8Array(read)
    if (whole.byteLength > limitBytes) throw tooLarge(limitBytes)
    return whole
  }
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  const body = message instanceof Request && message.body !== null ? patiently(message.body, patience) : message.body
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > limitBytes) throw tooLarge(limitBytes)
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : concatenate(chunks, size)
}

/**
 * Reads a JSON body (RFC 8259), whatever its media type. Faults: those of `readText`; `invalid` for an empty body, for what is no
 * JSON, nests too deep, or names a member twice or `__proto__`.
 */
export async function readJson(request: WithBody, limitBytes: number): Promise<unknown> {
  const text = await readText(request, limitBytes)
  if (text === '') throw new Fault('invalid', 'The request needs a JSON body.', { code: 'body_missing', field: 'body' })
  const { depth, members } = shapeOf(text)
  if (depth > deepestJson) throw refused('json_too_deep', `The body nests deeper than ${deepestJson} levels.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refused('json_invalid', 'The body is not valid JSON.', cause)
  }
  // RFC 8259 section 4: names should be unique. Of two, one program reads the first and another the last.
  if (membersOf(value) !== members) throw refused('json_duplicate', 'An object in the body names a member twice.')
  return value
}

const refused = (code: string, message: string, cause?: unknown): Fault =>
  new Fault('invalid', message, { code, field: 'body', cause })

/** What walks a value recursively, such as a schema check, would run out of stack on `[[[[...`. */
export const deepestJson = 64

/** Whether JSON nests deeper than that. */
export const nestsTooDeep = (json: string): boolean => shapeOf(json).depth > deepestJson

interface JsonShape {
  /** How deep brackets nest; reading stops beyond `deepestJson`. */
  readonly depth: number
  /** How many members objects have as they are written, each with its colon. */
  readonly members: number
}

/** What stands outside of strings; for text that is not JSON the answer does not matter. */
function shapeOf(text: string): JsonShape {
  let [depth, deepest, members] = [0, 0, 0]
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 0x5c) at++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x3a) members++
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > deepest && ++deepest > deepestJson) break
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return { depth: deepest, members }
}

/**
 * How many members objects in a value have. Faults: `invalid` for a member `__proto__`. Whoever copies the object makes its prototype
 * of it: then it gives what no check of unknown fields sees.
 */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  // Not by `Object.values`: of a list that takes a microsecond an item, and a megabyte is half a million of them.
  if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + membersOf(part), 0)
  if (Object.hasOwn(value, '__proto__')) {
    throw new Fault('invalid', '`__proto__` is not a known field.', { code: 'input_invalid', field: '__proto__' })
  }
  const parts = Object.values(value)
  return parts.reduce<number>((sum, part) => sum + membersOf(part), parts.length)
}

/** Reads an `application/x-www-form-urlencoded` body with every value of each name, so that duplicates can be refused. */
export async function readForm(request: Request, limitBytes: number): Promise<URLSearchParams> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Fault('invalid', 'Send the parameters as application/x-www-form-urlencoded.', {
      code: 'content_type',
      field: 'content-type',
    })
  }
  const text = await readText(request, limitBytes)
  assertPercentEncodedUtf8(text)
  return new URLSearchParams(text)
}

/** Refuses percent-encoded bytes that are not UTF-8, which URLSearchParams would turn into U+FFFD in silence. */
export function assertPercentEncodedUtf8(encoded: string): void {
  if (!encoded.includes('%')) return
  try {
    decodeURIComponent(encoded.replaceAll('+', ' ').replace(/%(?![0-9a-fA-F]{2})/g, '%25'))
  } catch (cause) {
    throw new Fault('invalid', 'A parameter is not valid UTF-8.', { code: 'utf8_invalid', cause })
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new Fault('invalid', 'The body is not valid UTF-8.', { code: 'utf8_invalid', field: 'body', cause })
  }
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

const tooLarge = (limitBytes: number) =>
  new Fault('too_large', `The body is larger than ${limitBytes} bytes.`, { code: 'body_too_large', field: 'body' })
