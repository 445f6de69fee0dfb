/** A file in a request: the body itself, or a part of a form (RFC 7578) whose other parts are the binding's body. */
import type { Upload } from '../memory/operation.ts'
import { Fault } from '../shared/fault.ts'
import { createHeldBytes, type HeldBytes, type Holding } from '../shared/held-bytes.ts'
import { patiently } from '../shared/patience.ts'
import { readMultipart } from '../shared/read-multipart.ts'

export interface ReadUpload {
  readonly upload: ReadableStream<Uint8Array>
  /** The form's other parts. */
  readonly fields: Readonly<Record<string, string>>
}

const mega = 1024 * 1024
/** The runtime reads forms as a whole, into memory: a larger file is sent as the body itself. */
const maxFormFileBytes = 8 * mega
/** All forms of one person that are held at once, and of all. */
const heldForms = { perPerson: 16 * mega, total: 128 * mega }
/** What a form may take around its file. */
const formOverheadBytes = 64 * 1024

export const createHeldForms = (): HeldBytes => createHeldBytes(heldForms)

/**
 * Faults: `too_large` before more than the limit is kept, `timed_out` for a file that comes too slowly, `invalid` for another media
 * type or a form without the file, and what `held` throws. A form is held until `held` is released.
 */
export async function readUpload(
  { field, contentType, maxBytes }: Upload,
  request: Request,
  held: Holding,
): Promise<ReadUpload> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > maxBytes + formOverheadBytes) throw tooLarge(field, maxBytes)
  if (type === contentType && request.body !== null) return { upload: patiently(request.body), fields: {} }
  if (type !== 'multipart/form-data' || request.body === null) {
    throw new Fault('invalid', `Send the file as ${contentType}, or as \`${field}\` of a multipart/form-data form.`, {
      code: 'content_type',
      field: 'content-type',
    })
  }
  const maxFileBytes = Math.min(maxBytes, maxFormFileBytes)
  const form = await readMultipart(request, maxFileBytes + formOverheadBytes, held, () =>
    tooLargeForForm(field, contentType, maxFileBytes),
  )
  const file = form.get(field)
  if (file === null || typeof file === 'string') throw new Fault('invalid', `\`${field}\` is missing.`, { field })
  const fields: Record<string, string> = {}
  for (const [name, value] of form) if (typeof value === 'string') fields[name] = value
  return { upload: file.stream(), fields }
}

/** What is read at once: some hundred memories. */
const pieceBytes = 64 * 1024

/** How long an upload is waited for in all, beside what its bytes may take: whoever sends a byte now and then keeps a place from others. */
const patienceMs = 30_000
const slowestBytesPerMs = 16

/**
 * An upload for as long as its sender may send it, asked anew for each piece: one that takes its time would outlive the token it began
 * with, the consent and the account. What `check` throws is what reading it throws; one that comes too slowly is `invalid`.
 * `now`: Unix milliseconds. What the reader takes does not count.
 */
export function whileAllowed(
  upload: ReadableStream<Uint8Array>,
  check: () => Promise<unknown>,
  now: () => number,
): ReadableStream<Uint8Array> {
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    let waitedMs = 0
    let bytes = 0
    let askedAt = now()
    for await (const chunk of upload) {
      waitedMs += now() - askedAt
      bytes += chunk.byteLength
      if (waitedMs > patienceMs + bytes / slowestBytesPerMs) throw tooSlow()
      for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
        await check()
        yield chunk.subarray(at, at + pieceBytes)
      }
      askedAt = now()
    }
  }
  const checked = pieces()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await checked.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      cancel: async () => void (await checked.return()),
    },
    { highWaterMark: 0 },
  )
}

const tooSlow = (): Fault =>
  new Fault(
    'invalid',
    `The file comes at less than ${slowestBytesPerMs} kB a second. Send it over a faster connection.`,
    {
      code: 'upload_too_slow',
      field: 'body',
    },
  )

const tooLarge = (field: string, maxBytes: number): Fault =>
  new Fault('too_large', `The file is larger than ${maxBytes} bytes.`, { code: 'body_too_large', field })

const tooLargeForForm = (field: string, contentType: string, maxBytes: number): Fault =>
  new Fault(
    'too_large',
    `In a form the file may have ${maxBytes} bytes; send a larger one as the body, as ${contentType}.`,
    {
      code: 'body_too_large',
      field,
    },
  )
