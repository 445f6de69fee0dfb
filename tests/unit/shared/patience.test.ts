import { afterAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { Fault } from '../../../src/shared/fault.ts'
import { patiently } from '../../../src/shared/patience.ts'
import { readBytes } from '../../../src/shared/read-body.ts'

const patience = { graceMs: 150, bytesPerSecond: 1_000 }
const longer = { ...patience, graceMs: 1_000 }

const servers = [patience, longer].map((patience) =>
  Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      try {
        return new Response(`${(await readBytes(request, 50_000, patience)).byteLength} bytes`)
      } catch (error) {
        return new Response(error instanceof Fault ? error.code : 'unknown', { status: 408 })
      }
    },
  }),
)
const [server, patientServer] = servers
afterAll(() => Promise.all(servers.map((each) => each.stop(true))))

/** Sends a request whose body comes a byte each `everyMs`, and gives the answer's last line. */
function trickle(lengthHeader: string, byte: string, everyMs: number, to = server): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(to?.port ?? 0, '127.0.0.1', () =>
      socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${lengthHeader}\r\n\r\n`),
    )
    const timer = setInterval(() => socket.write(byte), everyMs)
    socket.on('error', reject)
    socket.on('data', (data) => {
      answer += data
      if (!answer.includes('\r\n\r\n')) return
      clearInterval(timer)
      socket.destroy()
      resolve(answer.split('\r\n\r\n')[1] ?? '')
    })
  })
}

describe('RFC 9110 section 15.5.9: a body that does not arrive in time', () => {
  test('of announced length', async () => {
    const startedAt = performance.now()
    expect(await trickle('Content-Length: 100', 'x', 20)).toBe('body_timeout')
    // Its 100 bytes earn 100 ms besides.
    expect(performance.now() - startedAt).toBeGreaterThan(200)
  })

  test('in chunks', async () => {
    expect(await trickle('Transfer-Encoding: chunked', '1\r\nx\r\n', 20)).toContain('body_timeout')
  })

  test('one that comes slowly but fast enough is read', async () => {
    // A second and a half with a second's grace: each piece earns a second, so that a busy machine may pause for as long.
    expect(await trickle('Content-Length: 30000', 'x'.repeat(1_000), 50, patientServer)).toBe('30000 bytes')
  })

  test('what its reader does meanwhile does not count against the sender', async () => {
    let pieces = 0
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
      { pull: (controller) => (pieces++ < 4 ? controller.enqueue(new Uint8Array(10)) : controller.close()) },
      { highWaterMark: 0 },
    )
    let read = 0
    for await (const { byteLength } of patiently(body, patience)) {
      read += byteLength
      await Bun.sleep(60)
    }
    expect(read).toBe(40)
  })

  test('a sender is let go: the source is cancelled', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      cancel() {
        cancelled = true
      },
    })
    const reader = patiently(body, patience).getReader()
    await expect(reader.read()).rejects.toMatchObject({ kind: 'timed_out', field: 'body' })
    expect(cancelled).toBe(true)
  })
})
