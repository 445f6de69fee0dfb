import { Fault } from './fault.ts'
import type { Holding } from './held-bytes.ts'
import { patiently } from './patience.ts'

/**
 * Reads a `multipart/form-data` body (RFC 7578), at most `limitBytes` of it. The runtime parses such a form as a whole, into memory, so
 * it is cut off at the limit before that, and counted in `held` as it comes. Throws `tooLarge()` beyond the limit, what `held` throws,
 * `Fault('timed_out')` for one that comes too slowly, and `Fault('invalid')` for a form that cannot be read.
 */
export async function readMultipart(
  request: Request,
  limitBytes: number,
  held: Holding,
  tooLarge: () => Fault,
): Promise<FormData> {
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge()
  if (request.body === null) throw unreadable()
  let size = 0
  let refused: unknown
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength
      try {
        if (size > limitBytes) throw tooLarge()
        held.add(chunk.byteLength)
        controller.enqueue(chunk)
      } catch (cause) {
        refused = cause
        controller.error(cause)
      }
    },
  })
  const headers = { 'content-type': request.headers.get('content-type') ?? '' }
  try {
    return await new Response(patiently(request.body).pipeThrough(bounded), { headers }).formData()
  } catch (cause) {
    if (refused !== undefined) throw refused
    throw cause instanceof Fault ? cause : unreadable(cause)
  }
}

const unreadable = (cause?: unknown): Fault =>
  new Fault('invalid', 'The form cannot be read.', { code: 'form_invalid', field: 'body', cause })
