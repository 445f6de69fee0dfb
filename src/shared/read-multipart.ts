import { Fault } from './fault.ts'
import { patiently } from './patience.ts'

/**
 * Reads a `multipart/form-data` body (RFC 7578), at most `limitBytes` of it. The runtime parses such a form as a whole, into memory, so
 * it is cut off at the limit before that. Throws `tooLarge()` beyond it, `Fault('timed_out')` for one that comes too slowly, and
 * `Fault('invalid')` for a form that cannot be read.
 */
export async function readMultipart(request: Request, limitBytes: number, tooLarge: () => Fault): Promise<FormData> {
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge()
  if (request.body === null) throw unreadable()
  let size = 0
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength
      if (size > limitBytes) controller.error(tooLarge())
      else controller.enqueue(chunk)
    },
  })
  const headers = { 'content-type': request.headers.get('content-type') ?? '' }
  try {
    return await new Response(patiently(request.body).pipeThrough(bounded), { headers }).formData()
  } catch (cause) {
    if (size > limitBytes) throw tooLarge()
    throw cause instanceof Fault ? cause : unreadable(cause)
  }
}

const unreadable = (cause?: unknown): Fault =>
  new Fault('invalid', 'The form cannot be read.', { code: 'form_invalid', field: 'body', cause })
