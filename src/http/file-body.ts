/** A file as the body of an answer, made or fetched while it is sent. */

/**
 * The same bytes. Where they cannot be had to their end, the connection ends before the answer does, so that no part is taken for the
 * whole, and `tell` is told why. The stream itself fails with `undefined`: a runtime prints what a body failed of, with stack and source.
 */
export function fileBody(file: ReadableStream<Uint8Array>, tell: (error: unknown) => void): ReadableStream<Uint8Array> {
  const reader = file.getReader()
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // Also between two pieces, of which nobody takes the second.
        reader.closed.catch((error: unknown) => {
          // A body of this process that came through here before has told already.
          if (error !== undefined) tell(error)
          controller.error()
        })
      },
      async pull(controller) {
        const part = await reader.read().catch(() => undefined)
        if (part?.done === false) controller.enqueue(part.value)
        else if (part?.done === true) controller.close()
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
