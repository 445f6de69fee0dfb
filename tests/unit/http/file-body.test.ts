/** Files that cannot be sent to their end: who asked is cut off, one is told why, and the runtime prints nothing. */
import { expect, test } from 'bun:test'
import { fileBody } from '../../../src/http/file-body.ts'

const piece = new Uint8Array([1, 2, 3])

test('a file that is whole: its bytes, and nobody is told anything', async () => {
  const told: unknown[] = []
  const body = fileBody(new Blob([piece, piece]).stream(), (error) => told.push(error))
  expect(await new Response(body).bytes()).toEqual(new Uint8Array([...piece, ...piece]))
  expect(told).toEqual([])
})

test('amid a piece, or between two that nobody takes: it is told once, and the body fails with nothing to print', async () => {
  const broken = new Error('broken')
  const amid = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(broken) }, { highWaterMark: 0 })
  const between = new ReadableStream<Uint8Array>({
    async start(controller) {
      await Bun.sleep(5)
      controller.error(broken)
    },
  })
  const endOf = (body: ReadableStream<Uint8Array>, taken: boolean) => {
    const reader = body.getReader()
    if (taken) reader.read().catch(() => undefined)
    return reader.closed.then(
      () => 'whole',
      (error: unknown) => ({ error }),
    )
  }
  for (const [file, taken] of [
    [amid, true],
    [between, false],
  ] as const) {
    const told: unknown[] = []
    const tell = (error: unknown) => told.push(error)
    // As a page passes on what the API of its own process gives: it is told there.
    expect(await endOf(fileBody(fileBody(file, tell), tell), taken)).toEqual({ error: undefined })
    expect(told).toEqual([broken])
  }
})

test('whoever goes away ends it, and nobody is told', async () => {
  const told: unknown[] = []
  const ended: unknown[] = []
  const file = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(piece),
    cancel: (reason) => void ended.push(reason),
  })
  const reader = fileBody(file, (error) => told.push(error)).getReader()
  await reader.read()
  await reader.cancel('gone')
  expect([ended, told]).toEqual([['gone'], []])
})
