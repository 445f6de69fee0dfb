/** `memories.jsonl.gz`, and how much of an export may be unpacked at once and altogether. */
import { Gunzip } from 'fflate'
import { Fault } from '../../shared/fault.ts'
import { cutOff, linesName, tooMuch } from './export-faults.ts'
import { createLineReader } from './lines.ts'

/** What is unpacked at once: it becomes at most `deflatesTo` times as much, and that without a turn for others. */
export const sliceBytes = 256
/** How many times as much DEFLATE makes of a byte at most: 258 of each two bits (RFC 1951 section 3.2.5), which are 1,032. */
export const deflatesTo = 1_040
/** Each costs time, even an empty one; an export has one, and whoever joined some has few (RFC 1952 section 2.2). */
const mostMembers = 100
/** The library copies a header (RFC 1952 section 2.3) with each slice until all of it is there. */
const maxHeaderBytes = 64 * 1024
/** Unpacked without giving others their turn. */
const turnBytes = 128 * 1024

/** What was unpacked, of whichever file and at each time that it was: within bounds, and with turns for others. */
export function createUnpacked(maxBytes: () => number) {
  let [size, sizeAtTurn] = [0, 0]
  return {
    add(bytes: number) {
      size += bytes
      if (size > maxBytes()) throw tooMuch('The file unpacks to too much.')
    },
    async turn() {
      if (size - sizeAtTurn < turnBytes) return
      sizeAtTurn = size
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** `memories.jsonl.gz`: its lines as far as it has come. */
export function createGzippedLines(unpacked: ReturnType<typeof createUnpacked>) {
  const reader = createLineReader()
  let [begun, ended, finished] = [false, false, false]
  let waiting: Uint8Array[] = []
  let [members, unreadBytes] = [1, 0]
  const gunzip = new Gunzip((data) => {
    unreadBytes = 0
    unpacked.add(data.byteLength)
    reader.push(data)
  })
  gunzip.onmember = () => {
    if (++members > mostMembers) throw tooMuch(`${linesName} has more than ${mostMembers} gzip members.`)
  }
  const unpackInner = (data: Uint8Array, final: boolean) => {
    unreadBytes += data.byteLength
    if (unreadBytes > maxHeaderBytes)
      throw tooMuch(`${linesName} has a gzip header of more than ${maxHeaderBytes} bytes.`)
    try {
      gunzip.push(data, final)
    } catch (cause) {
      throw cause instanceof Fault ? cause : cutOff(cause)
    }
  }
  return {
    begun: () => begun,
    begin() {
      begun = true
    },
    ended: () => ended,
    push(data: Uint8Array, final: boolean) {
      if (data.byteLength > 0) waiting.push(data)
      ended ||= final
    },
    /** Unpacked as it is asked for: all at once could be more than there is memory for. */
    async *drain() {
      const parts = waiting
      waiting = []
      for (const data of parts) {
        for (let at = 0; at < data.byteLength; at += sliceBytes) {
          unpackInner(data.subarray(at, at + sliceBytes), false)
          yield* reader.drain()
          await unpacked.turn()
        }
      }
      if (!ended || finished) return
      finished = true
      unpackInner(new Uint8Array(), true)
      reader.end()
      yield* reader.drain()
    },
  }
}
