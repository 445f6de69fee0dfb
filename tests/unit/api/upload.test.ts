import { expect, test } from 'bun:test'
import { whileAllowed } from '../../../src/api/upload.ts'

const allowed = async () => {}

/** A file in chunks of so many bytes, each of which comes so many milliseconds after it was asked for. */
function arriving(chunks: number, bytes: number, everyMs: number) {
  let at = 0
  let left = chunks
  const file = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        at += everyMs
        if (left-- > 0) controller.enqueue(new Uint8Array(bytes))
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return { file, now: () => at, wait: (ms: number) => (at += ms) }
}

test('an upload that comes a byte now and then ends, and does not keep its place for as long as its token lives', async () => {
  const { file, now } = arriving(100, 1, 5_000)
  const read = new Response(whileAllowed(file, allowed, now)).bytes()
  await expect(read).rejects.toMatchObject({ kind: 'invalid', code: 'upload_too_slow' })
  expect(now()).toBeLessThan(60_000)
})

test('a large one over a slow line is read to its end, however long its reader takes', async () => {
  const { file, now, wait } = arriving(100, 256 * 1024, 15_000)
  let bytes = 0
  for await (const piece of whileAllowed(file, allowed, now)) {
    bytes += piece.byteLength
    wait(60_000)
  }
  expect(bytes).toBe(100 * 256 * 1024)
})
