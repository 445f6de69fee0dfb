/** Lines of JSON out of bytes that arrive in pieces (jsonlines.org). */
import { deepestJson, nestsTooDeep } from '../../shared/read-body.ts'
import { linesName, tooMuch } from './export-faults.ts'

/** More than a memory with all it may have. */
const maxLineBytes = 2_000_000
/** So many besides one for each line that says something: they take time and are nothing. */
const mostBlankLines = 10_000
const lineEnd = 0x0a

export interface LineReader {
  push(bytes: Uint8Array): void
  /** Nothing more comes: what stands behind the last line end is a line too. */
  end(): void
  /**
   * What was pushed since the last time, a line as it is asked for: values, and an `Error` for a line that is no JSON, no UTF-8,
   * too long or too deep. The shortest lines make many values of few bytes: together they would be more than there is memory for.
   * @throws Fault `too_large` for very many blank lines
   */
  drain(): Generator<unknown, void>
}

export function createLineReader(): LineReader {
  let unread: Uint8Array[] = []
  let ended = false
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let blankLeft = mostBlankLines

  const add = (part: Uint8Array) => {
    pendingBytes += part.byteLength
    // Of a line that is too long nothing is kept but how long it is.
    if (pendingBytes > maxLineBytes) pending = []
    else if (part.byteLength > 0) pending.push(part.slice())
  }
  const finish = (): readonly unknown[] => {
    const line = take()
    blankLeft += line.length === 0 ? -1 : 1
    if (blankLeft < 0) throw tooMuch(`${linesName} has more than ${mostBlankLines} blank lines.`)
    return line
  }
  const take = (): readonly unknown[] => {
    const [parts, bytes] = [pending, pendingBytes]
    pending = []
    pendingBytes = 0
    if (bytes > maxLineBytes) return [new Error(`The line is longer than ${maxLineBytes} bytes.`)]
    return bytes === 0 ? [] : read(parts.length === 1 ? parts[0] : Buffer.concat(parts))
  }

  return {
    push(bytes) {
      if (bytes.byteLength > 0) unread.push(bytes)
    },
    end() {
      ended = true
    },
    *drain() {
      const chunks = unread
      unread = []
      for (const bytes of chunks) {
        let from = 0
        for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, from)) {
          add(bytes.subarray(from, at))
          yield* finish()
          from = at + 1
        }
        add(bytes.subarray(from))
      }
      if (ended) yield* finish()
    },
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The line's value; nothing for a blank one. */
function read(bytes: Uint8Array | undefined): [unknown?] {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    return [new Error('The line is not UTF-8.')]
  }
  if (text.trim() === '') return []
  if (nestsTooDeep(text)) return [new Error(`The line nests deeper than ${deepestJson} levels.`)]
  try {
    return [JSON.parse(text)]
  } catch {
    return [new Error('The line is not JSON.')]
  }
}
