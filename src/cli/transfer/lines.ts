/** A text's lines as its bytes arrive, none longer than a bound: what is packed small may unpack to one that no memory holds. */
import { Fault } from '../../shared/fault.ts'

/** Several times a memory with all it may have, which JSON writes twice with its escapes. */
const longestLineBytes = 16_000_000
const lineEnd = 0x0a

/**
 * Each line without its end, the one behind the last end too unless it is empty.
 * @throws Fault `invalid` (`backup_broken`) that names the line, as soon as one is longer than the bound or is no UTF-8
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  longestBytes = longestLineBytes,
): AsyncGenerator<string, void> {
  let parts: Uint8Array[] = []
  let [size, number] = [0, 1]
  const add = (part: Uint8Array) => {
    size += part.byteLength
    if (size > longestBytes) throw lineFault(number, `is longer than ${longestBytes} bytes`)
    if (part.byteLength > 0) parts.push(part)
  }
  const finish = (): string => {
    const line = decoded(parts, number)
    parts = []
    size = 0
    number++
    return line
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(lineEnd); at >= 0; at = chunk.indexOf(lineEnd, from)) {
      add(chunk.subarray(from, at))
      yield finish()
      from = at + 1
    }
    add(chunk.subarray(from))
  }
  if (size > 0) yield finish()
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function decoded(parts: readonly Uint8Array[], number: number): string {
  try {
    return decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts))
  } catch (cause) {
    throw lineFault(number, 'is not UTF-8', cause)
  }
}

/** What is wrong with a line, counted from 1: `is not JSON`. */
export const lineFault = (number: number, what: string, cause?: unknown, field?: string): Fault =>
  new Fault('invalid', `Line ${number} of the backup ${what}.`, {
    code: 'backup_broken',
    cause,
    ...(field === undefined ? {} : { field }),
  })
