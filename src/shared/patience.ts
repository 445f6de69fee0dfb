/** How long a server waits for who sends: a body that comes byte by byte holds a connection, and a place in line, for as long. */
import { Fault } from './fault.ts'
import { late, within } from './within.ts'

export interface Patience {
  /** Milliseconds that a sender may need besides. */
  readonly graceMs: number
  /** Slower than this is nobody whose connection works: 16 KiB/s is 131 kbit/s. */
  readonly bytesPerSecond: number
}

export const ordinaryPatience: Patience = { graceMs: 30_000, bytesPerSecond: 16 * 1024 }

/** How long a body of so many bytes may take, in milliseconds. */
export const longestFor = (bytes: number, { graceMs, bytesPerSecond }: Patience): number =>
  graceMs + (bytes / bytesPerSecond) * 1_000

/**
 * A body as its sender sends it, for as long as that is not too slow: pauses may last `graceMs` together, and what is sent earns time.
 * Only waiting for the sender counts, not what is done with what came. Reading throws `Fault('timed_out')` then.
 */
export function patiently(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  patience: Patience = ordinaryPatience,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  let leftMs = patience.graceMs
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const since = performance.now()
        const read = await within(leftMs, reader.read())
        if (read === late) {
          reader.cancel().catch(() => undefined)
          throw tooSlow()
        }
        if (read.done) return controller.close()
        const earned = longestFor(read.value.byteLength, { ...patience, graceMs: 0 })
        leftMs = Math.min(patience.graceMs, leftMs - (performance.now() - since) + earned)
        controller.enqueue(read.value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** RFC 9110 section 15.5.9. */
export const tooSlow = (): Fault =>
  new Fault('timed_out', 'The body did not arrive in time. Send it again, over a connection that is fast enough.', {
    code: 'body_timeout',
    field: 'body',
  })
