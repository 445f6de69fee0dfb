/** Answers that are made while they are sent: each piece in its caller's turn, and a few of them open at once. */
import { createCounts } from '../shared/counts.ts'
import { Fault } from '../shared/fault.ts'
import type { Caller } from './operation.ts'

export interface OpenStreamsLimits {
  /** Open at once: of one person, and of all. */
  readonly perPerson: number
  readonly total: number
  /** Milliseconds after which one whose next piece nobody takes has ended. */
  readonly patienceMs: number
}

const defaults: OpenStreamsLimits = { perPerson: 2, total: 32, patienceMs: 120_000 }

type Stream = ReadableStream<Uint8Array>

export interface OpenStreams {
  /**
   * The same stream, read by `inTurn` and no further than its reader took. It is open until it ends, fails or is cancelled, or
   * nobody reads it. Throws `Fault('rate_limited')` when too many of theirs are open.
   */
  open(caller: Pick<Caller, 'ownerId'>, stream: Stream, inTurn: <T>(work: () => Promise<T>) => Promise<T>): Stream
}

export function createOpenStreams(limits: OpenStreamsLimits = defaults): OpenStreams {
  const ofPerson = createCounts()
  let all = 0
  const count = (person: string, by: 1 | -1) => {
    ofPerson.add(person, by)
    all += by
  }

  return {
    open({ ownerId }, stream, inTurn) {
      if (ofPerson.of(ownerId) >= limits.perPerson || all >= limits.total) throw tooMany()
      count(ownerId, 1)
      const reader = stream.getReader()
      let waiting: ReturnType<typeof setTimeout> | undefined
      let over = false
      const end = () => {
        clearTimeout(waiting)
        if (over) return
        over = true
        count(ownerId, -1)
      }
      const waitForReader = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        waiting = setTimeout(() => {
          end()
          reader.cancel().catch(() => undefined)
          controller.error(untaken())
        }, limits.patienceMs)
        if (typeof waiting === 'object') waiting.unref()
      }
      return new ReadableStream<Uint8Array>(
        {
          start: waitForReader,
          async pull(controller) {
            clearTimeout(waiting)
            try {
              const { done, value } = await inTurn(() => reader.read())
              if (over) return
              if (done) {
                end()
                controller.close()
                return
              }
              controller.enqueue(value)
              waitForReader(controller)
            } catch (error) {
              end()
              reader.cancel().catch(() => undefined)
              throw error
            }
          },
          async cancel(reason) {
            end()
            await reader.cancel(reason)
          },
        },
        { highWaterMark: 0 },
      )
    },
  }
}

const tooMany = (): Fault =>
  new Fault('rate_limited', 'Too many files are being sent already. Wait until one has arrived.', {
    code: 'too_many_at_once',
    retryAfterSeconds: 5,
  })

const untaken = (): Fault => new Fault('timed_out', 'Nobody took the file.', { code: 'answer_not_taken' })
