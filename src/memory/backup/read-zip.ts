/**
 * Reading an export's zip as it arrives: within bounds, whatever it claims of itself. No more of it is in memory than a slice, a line
 * and, until `memories.jsonl.gz` is met, a `memories.json` that may turn out to be all there is.
 */
import { Unzip, type UnzipDecoderConstructor, UnzipInflate, UnzipPassThrough } from 'fflate'
import { Fault } from '../../shared/fault.ts'
import { deepestJson, nestsTooDeep } from '../../shared/read-body.ts'
import { createValueCounter, documentRecords } from './document.ts'
import { cutOff, documentName, linesName, notAnExport, tooMuch } from './export-faults.ts'
import { createGzippedLines, createUnpacked, sliceBytes } from './gzipped-lines.ts'
import { type ZipLimits, zipLimits } from './zip-limits.ts'

const mostTimes = 200
/** An export has two; whoever packed it anew may have added some. */
const mostFiles = 1_000

/**
 * The memories in an export, one record at a time: from `memories.jsonl.gz`, or where that is missing from `memories.json`.
 * A line that cannot be read comes as an `Error`.
 * @throws Fault `invalid` for what is no such zip or ends too early, `too_large` for one that is, or unpacks to, too much
 */
export async function* recordsOf(
  upload: AsyncIterable<Uint8Array>,
  limits: ZipLimits = zipLimits,
): AsyncGenerator<unknown, void> {
  let [size, files] = [0, 0]
  const unpacked = createUnpacked(() => Math.min(limits.linesBytes, Math.max(limits.trustedBytes, mostTimes * size)))
  const lines = createGzippedLines(unpacked)
  const document = createDocument(limits)
  const zip = new Unzip((file) => {
    if (++files > mostFiles) throw tooMuch(`The file has more than ${mostFiles} files in it.`)
    const part = isNamed(file.name, linesName) ? lines : isNamed(file.name, documentName) ? document : undefined
    if (part === undefined || part.begun()) {
      // What is not begun the library keeps.
      zip.register(passing(file.compression))
      file.ondata = () => {}
      file.start()
      return
    }
    const decoder = decoders.find(({ compression }) => compression === file.compression)
    if (decoder === undefined) throw notAnExport()
    zip.register(decoder)
    if (part === lines) document.drop()
    file.ondata = (error, data, final) => {
      // The library gives back what is thrown here.
      if (error !== null) throw error instanceof Fault ? error : notAnExport(error)
      unpacked.add(data.byteLength)
      part.push(data, final)
    }
    part.begin()
    file.start()
  })
  for await (const chunk of upload) {
    size += chunk.byteLength
    if (size > limits.uploadBytes) throw tooMuch(`The file is larger than ${limits.uploadBytes} bytes.`)
    for (let at = 0; at < chunk.byteLength; at += sliceBytes) {
      unpack(() => zip.push(chunk.subarray(at, at + sliceBytes)), lines.begun)
      yield* lines.drain()
      await unpacked.turn()
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

function unpack(step: () => void, begun: () => boolean): void {
  try {
    step()
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw begun() ? cutOff(cause) : notAnExport(cause)
  }
}

const decoders: readonly UnzipDecoderConstructor[] = [UnzipPassThrough, UnzipInflate]

/** For a file that nobody needs: its bytes go by as they are, however it is packed. */
const passing = (compression: number): UnzipDecoderConstructor =>
  class extends UnzipPassThrough {
    static override compression = compression
  }

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw notAnExport(cause)
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
      const json = decoded(Buffer.concat(chunks))
      if (nestsTooDeep(json)) throw tooMuch(`${documentName} nests deeper than ${deepestJson} levels.`)
      try {
        return JSON.parse(json)
      } catch (cause) {
        throw notAnExport(cause)
      }
    },
  }
}
