import { Fault } from './fault.ts'

/** What has a body: a request, or the answer of another server. */
type WithBody = Pick<Request, 'headers' | 'body'>

/**
 * Reads a request's (or an answer's) body as text, at most `limitBytes` of it.
 * Faults: `too_large` before more than the limit is read; `invalid` for bytes that are not UTF-8
 * (a lenient decoder would turn them into U+FFFD and store something else than was sent).
 */
export async function readText(request: WithBody, limitBytes: number): Promise<string> {
  return decodeUtf8(await readBytes(request, limitBytes))
}

/** Reads a body as it came, at most `limitBytes` of it, whether or not its length was announced. Faults: `too_large`. */
export async function readBytes({ headers, body }: WithBody, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(headers.get('content-length') ?? 0)
  if (declared > limitBytes) throw tooLarge(limitBytes)
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > limitBytes) throw tooLarge(limitBytes)
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : concatenate(chunks, size)
}

/** Reads a JSON body (RFC 8259). Faults: those of `readText`; `unsupported` media types and bad JSON are `invalid`. */
export async function readJson(request: WithBody, limitBytes: number): Promise<unknown> {
  const text = await readText(request, limitBytes)
  if (text === '') throw new Fault('invalid', 'The request needs a JSON body.', { code: 'body_missing', field: 'body' })
  if (nestsDeeperThan(deepestJson, text)) {
    throw new Fault('invalid', `The body nests deeper than ${deepestJson} levels.`, {
      code: 'json_too_deep',
      field: 'body',
    })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('invalid', 'The body is not valid JSON.', { code: 'json_invalid', field: 'body', cause })
  }
}

/** What walks a value recursively, such as a schema check, would run out of stack on `[[[[...`. */
const deepestJson = 64

/** Whether brackets outside of strings nest deeper; for text that is not JSON the answer does not matter. */
function nestsDeeperThan(limit: number, text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 0x5c) at++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return false
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
