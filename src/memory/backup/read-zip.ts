/**
 * Reading an export's zip as it arrives: within bounds, whatever it claims of itself. No more of it is in memory than a slice, a line
 * and, until `memories.jsonl.gz` is met, a `memories.json` that may turn out to be all there is.
 */
import { Gunzip, Unzip, UnzipInflate } from 'fflate'
import { Fault } from '../../shared/fault.ts'
import { createValueCounter, documentRecords } from './document.ts'
import { createLineReader } from './lines.ts'

export interface ZipLimits {
  readonly uploadBytes: number
  /** Decompressed, of `memories.jsonl.gz`: a small zip can claim to hold very much. */
  readonly linesBytes: number
  /** Decompressed, of `memories.json` where it stands alone: it is read as a whole. */
  readonly documentBytes: number
  /** Values in it, each list, object, text or number: a memory has some twenty. */
  readonly documentValues: number
  /** From here on a file must not unpack to more than 200 times its size: texts of people do not. */
  readonly trustedBytes: number
}

export const zipLimits: ZipLimits = {
  uploadBytes: 512 * 1024 * 1024,
  linesBytes: 8 * 1024 * 1024 * 1024,
  documentBytes: 64 * 1024 * 1024,
  documentValues: 4_000_000,
  trustedBytes: 64 * 1024 * 1024,
}

/** What is unpacked at once: DEFLATE makes at most some thousand times as much of it. */
const sliceBytes = 16 * 1024
/** The same within `memories.jsonl.gz`, which may be packed in the zip once more: a thousand times a thousand. */
const innerSliceBytes = 1024
const mostTimes = 200
/** Unpacked without giving others their turn. */
const turnBytes = 1024 * 1024
const linesName = 'memories.jsonl.gz'
const documentName = 'memories.json'

/**
 * The memories in an export, one record at a time: from `memories.jsonl.gz`, or where that is missing from `memories.json`.
 * A line that cannot be read comes as an `Error`.
 * @throws Fault `invalid` for what is no such zip or ends too early, `too_large` for one that is, or unpacks to, too much
 */
export async function* recordsOf(
  upload: AsyncIterable<Uint8Array>,
  limits: ZipLimits = zipLimits,
): AsyncGenerator<unknown, void> {
  let size = 0
  const lines = createGzippedLines(() => Math.min(limits.linesBytes, Math.max(limits.trustedBytes, mostTimes * size)))
  const document = createDocument(limits)
  const zip = new Unzip((file) => {
    const part = isNamed(file.name, linesName) ? lines : isNamed(file.name, documentName) ? document : undefined
    if (part === undefined || part.begun()) return
    if (part === lines) document.drop()
    file.ondata = (error, data, final) => {
      if (error !== null) throw notAnExport(error)
      part.push(data, final)
    }
    part.begin()
    file.start()
  })
  zip.register(UnzipInflate)
  for await (const chunk of upload) {
    size += chunk.byteLength
    if (size > limits.uploadBytes) throw tooMuch(`The file is larger than ${limits.uploadBytes} bytes.`)
    for (let at = 0; at < chunk.byteLength; at += sliceBytes) {
      unpack(() => zip.push(chunk.subarray(at, at + sliceBytes)), lines.begun)
      yield* lines.drain()
    }
  }
  unpack(() => zip.push(new Uint8Array(), true), lines.begun)
  yield* lines.drain()
  if (lines.begun()) {
    if (!lines.ended()) throw cutOff()
    return
  }
  yield* documentRecords(document.whole(), notAnExport)
}

const isNamed = (path: string, name: string): boolean => path.slice(path.lastIndexOf('/') + 1) === name

const notAnExport = (cause?: unknown): Fault =>
  new Fault('invalid', `The file is not a zip with ${linesName} or ${documentName}.`, {
    code: 'export_invalid',
    field: 'file',
    cause,
  })

const cutOff = (cause?: unknown): Fault =>
  new Fault('invalid', 'The file ends too early, or is damaged.', { code: 'export_damaged', field: 'file', cause })

const tooMuch = (message: string): Fault => new Fault('too_large', message, { field: 'file' })

function unpack(step: () => void, begun: () => boolean): void {
  try {
    step()
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw begun() ? cutOff(cause) : notAnExport(cause)
  }
}

/** `memories.jsonl.gz`: its lines as far as it has come. */
function createGzippedLines(maxBytes: () => number) {
  const reader = createLineReader()
  let [begun, ended, finished, size, sizeAtTurn] = [false, false, false, 0, 0]
  let waiting: Uint8Array[] = []
  const gunzip = new Gunzip((data) => {
    size += data.byteLength
    if (size > maxBytes()) throw tooMuch('The file unpacks to too much.')
    reader.push(data)
  })
  const unpackInner = (data: Uint8Array, final: boolean) => {
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
        for (let at = 0; at < data.byteLength; at += innerSliceBytes) {
          unpackInner(data.subarray(at, at + innerSliceBytes), false)
          yield* reader.drain()
          if (size - sizeAtTurn < turnBytes) continue
          sizeAtTurn = size
          await new Promise((resolve) => setImmediate(resolve))
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

/** `memories.json`, kept until it is known whether it is needed. */
function createDocument({ documentBytes: maxBytes, documentValues: maxValues }: ZipLimits) {
  const count = createValueCounter()
  let chunks: Uint8Array[] = []
  let [begun, ended, dropped, size, values] = [false, false, false, 0, 0]
  return {
    begun: () => begun,
    begin() {
      begun = true
    },
    push(data: Uint8Array, final: boolean) {
      ended = final
      size += data.byteLength
      if (dropped || values > maxValues) return
      values = size > maxBytes ? values : count(data)
      if (size > maxBytes || values > maxValues) chunks = []
      else chunks.push(data)
    },
    drop() {
      dropped = true
      chunks = []
    },
    whole(): unknown {
      if (!begun) throw notAnExport()
      if (!ended) throw cutOff()
      if (size > maxBytes) {
        throw tooMuch(`Without ${linesName}, ${documentName} may have at most ${maxBytes} bytes.`)
      }
      if (values > maxValues) {
        throw tooMuch(`Without ${linesName}, ${documentName} may have at most ${maxValues} values.`)
      }
      try {
        return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
      } catch (cause) {
        throw notAnExport(cause)
      }
    },
  }
}
