/**
 * Standard output as the log writes to it: without a stream between, which costs half, and so that nobody's request waits for, or ends
 * with, the log. What a slow reader has not taken waits here, bounded; what cannot wait or be written is left out and counted.
 */
import { Buffer } from 'node:buffer'
import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { pauseBlocking } from './pause.ts'

/** Lines one behind the other, each with its end. */
export interface Lines {
  /** Of requests and refused tokens, of which there may be thousands a second, or of what is told less often: security events, warnings, errors. */
  readonly kind: 'request' | 'event'
  readonly text: string
}

export interface Output {
  write(lines: readonly Lines[]): void
  /** Writes what waits, which blocks for a moment where the reader is slow: only for the end of the process. */
  end(): void
}

/** Lines are taken in while less than this waits. */
const mostWaitingBytes = 1024 * 1024
/** Lines of requests are given up down to this, so that it is not done anew for each event. */
const roomyBytes = (mostWaitingBytes / 4) * 3
const retryMs = 20
const patienceAtEndMs = 1_000

interface Waiting {
  readonly kind: Lines['kind']
  left: Uint8Array
  /** Of those that were to be logged. */
  readonly lines: number
  /** As many lost lines are told of in it. */
  readonly tells: number
  /** It begins by ending a line that is not whole. */
  readonly mends: boolean
  begun: boolean
}

/**
 * A reader who is slow finds all lines, one who has stopped reading those for which there is room and a line that says how many are
 * missing; one who is gone is not missed. Where there is no room for an event, lines of requests make it, the newest first, so that no
 * number of requests keeps a security event out of the log. What cannot be written, as on a full disk, is left out, and such a line
 * comes before the next one that can. `write` takes bytes and gives how many of them it has taken; `lostLine` is that line, with its end.
 */
export function outputOf(write: (bytes: Uint8Array) => number, lostLine: (lost: number) => string): Output {
  const waiting: Waiting[] = []
  let waitingBytes = 0
  let gone = false
  let lost = 0
  /** The last line that was begun is not whole. */
  let broken = false
  /** Nothing that waits can make room. */
  let eventsAlone = true
  let timer: ReturnType<typeof setTimeout> | undefined

  function enqueue({ kind, text }: Lines): void {
    const said = lost === 0 ? '' : `${broken ? '\n' : ''}${lostLine(lost)}`
    const left = Buffer.from(`${said}${text}`)
    waiting.push({ kind, left, lines: countOf(text), tells: lost, mends: broken, begun: false })
    waitingBytes += left.length
    if (kind === 'request') eventsAlone = false
    lost = 0
    broken = false
  }

  function hasRoomFor({ kind }: Lines): boolean {
    if (kind === 'request') return waitingBytes <= mostWaitingBytes && (lost === 0 || waiting.length === 0)
    if (waitingBytes > mostWaitingBytes && !eventsAlone) giveUpRequests()
    return waitingBytes <= mostWaitingBytes
  }

  /** What has begun is ended, and what ends a broken line stays before what is behind it. */
  function giveUpRequests(): void {
    const kept: Waiting[] = []
    for (const one of waiting.splice(0).reverse()) {
      if (waitingBytes <= roomyBytes || one.kind === 'event' || one.begun || one.mends) kept.push(one)
      else {
        waitingBytes -= one.left.length
        lost += one.lines + one.tells
      }
    }
    waiting.push(...kept.reverse())
    eventsAlone = waitingBytes > roomyBytes
  }

  /** Whether the reader takes no more at this moment. */
  function drain(): boolean {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      try {
        while (first.left.length > 0) {
          const taken = write(first.left)
          first.left = first.left.subarray(taken)
          first.begun ||= taken > 0
          waitingBytes -= taken
        }
        waiting.shift()
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined
        if (code === 'EAGAIN' || code === 'EBUSY') return true
        gone = code === 'EPIPE'
        broken ||= first.begun || first.mends
        for (const { lines, tells } of waiting.splice(0)) lost += lines + tells
        waitingBytes = 0
      }
    }
    return false
  }

  function tryAgain(): void {
    timer = undefined
    let full = drain()
    // Told as soon as it flows again, and not only with the next line.
    if (!full && lost > 0 && !gone && !broken) {
      enqueue({ kind: 'event', text: '' })
      full = drain()
    }
    if (full) waitForReader()
  }

  function waitForReader(): void {
    timer ??= setTimeout(tryAgain, retryMs)
  }

  return {
    write(given) {
      if (gone) return
      for (const lines of waiting.length === 0 ? together(given) : given) {
        if (hasRoomFor(lines)) enqueue(lines)
        else lost += countOf(lines.text)
      }
      if (timer === undefined && drain()) waitForReader()
    },
    end() {
      clearTimeout(timer)
      for (let waitedMs = 0; drain() && waitedMs < patienceAtEndMs; waitedMs += retryMs) pauseBlocking(retryMs)
    },
  }
}

/** Where nothing waits one system call writes all. */
const together = (given: readonly Lines[]): readonly Lines[] =>
  given.length < 2 ? given : [{ kind: 'event', text: given.map(({ text }) => text).join('') }]

const countOf = (lines: string): number => {
  let count = 0
  for (let at = lines.indexOf('\n'); at !== -1; at = lines.indexOf('\n', at + 1)) count++
  return count
}

/**
 * Writes to standard output without ever waiting for its reader. A pipe is opened anew for that: whether a write waits is a property of
 * how it was opened, which it shares with whoever else holds it. Where that cannot be done (another system, another user's pipe) a full
 * pipe holds the process up.
 */
export function standardOutputWriter(): (bytes: Uint8Array) => number {
  let descriptor = 1
  try {
    if (fstatSync(1).isFIFO()) descriptor = openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // As it was given.
  }
  return (bytes) => writeSync(descriptor, bytes)
}
