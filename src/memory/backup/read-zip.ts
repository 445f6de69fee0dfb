/**
 * Reading an export's zip as it arrives: within bounds, whatever it claims of itself. No more of it is in memory than a slice, a line
 * and, until `memories.jsonl.gz` is met, a `memories.json` that may turn out to be all there is.
 */
import { Unzip, type UnzipDecoderConstructor, type UnzipFile, UnzipInflate, UnzipPassThrough } from 'fflate'
import { Fault } from '../../shared/fault.ts'
import { documentRecords } from './document.ts'
import { cutOff, documentName, linesName, notAnExport, tooMuch } from './export-faults.ts'
import { createGzippedLines, createUnpacked, deflatesTo, sliceBytes } from './gzipped-lines.ts'
import { createKeptDocument } from './kept-document.ts'
import { type ZipLimits, zipLimits } from './zip-limits.ts'

/** `memories.jsonl.gz` is packed already: the zip does not make it much smaller. */
const packedAgain = 200
/** An export has two; whoever packed it anew may have added some. */
const mostFiles = 1_000

/** Where the bytes of the zip's files go. */
interface Parts {
  readonly lines: ReturnType<typeof createGzippedLines>
  readonly document: ReturnType<typeof createKeptDocument>
  /** All of it, and of that `memories.jsonl.gz` as it is in the zip. */
  readonly unpacked: ReturnType<typeof createUnpacked>
  readonly packed: ReturnType<typeof createUnpacked>
}

/**
 * The memories in an export, one record at a time: from `memories.jsonl.gz`, or where that is missing from `memories.json`.
 * A line that cannot be read comes as an `Error`.
 * @throws Fault `invalid` for what is no such zip or ends too early, `too_large` for one that is, or unpacks to, too much
 */
export async function* recordsOf(
  upload: AsyncIterable<Uint8Array>,
  limits: ZipLimits = zipLimits,
): AsyncGenerator<unknown, void> {
  const received = { bytes: 0 }
  const atMost = (times: number) => () =>
    Math.min(limits.linesBytes, Math.max(limits.trustedBytes, times * received.bytes))
  const unpacked = createUnpacked(atMost(deflatesTo))
  const packed = createUnpacked(atMost(packedAgain))
  const lines = createGzippedLines(unpacked)
  const document = createKeptDocument(limits)
  const zip = openZip({ lines, document, unpacked, packed })
  for await (const slice of slicesOf(upload, limits.uploadBytes, received)) {
    unpack(() => zip.push(slice), lines.begun)
    yield* lines.drain()
    await unpacked.turn()
  }
  unpack(() => zip.push(new Uint8Array(), true), lines.begun)
  yield* lines.drain()
  if (!lines.begun()) yield* documentRecords(document.whole(), notAnExport)
  else if (!lines.ended()) throw cutOff()
}

/** An upload in slices small enough to be unpacked at once; `received` counts what has come. @throws Fault `too_large` */
async function* slicesOf(upload: AsyncIterable<Uint8Array>, maxBytes: number, received: { bytes: number }) {
  for await (const chunk of upload) {
    received.bytes += chunk.byteLength
    if (received.bytes > maxBytes) throw tooMuch(`The file is larger than ${maxBytes} bytes.`)
    for (let at = 0; at < chunk.byteLength; at += sliceBytes) yield chunk.subarray(at, at + sliceBytes)
  }
}

/** A zip whose two files go to their parts, each once; any other goes by. */
function openZip({ lines, document, unpacked, packed }: Parts): Unzip {
  let files = 0
  const zip = new Unzip((file) => {
    if (++files > mostFiles) throw tooMuch(`The file has more than ${mostFiles} files in it.`)
    const part = isNamed(file.name, linesName) ? lines : isNamed(file.name, documentName) ? document : undefined
    if (part === undefined || part.begun()) {
      letPass(zip, file)
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
      if (part === lines) packed.add(data.byteLength)
      part.push(data, final)
    }
    part.begin()
    file.start()
  })
  return zip
}

const isNamed = (path: string, name: string): boolean => path.slice(path.lastIndexOf('/') + 1) === name

const decoders: readonly UnzipDecoderConstructor[] = [UnzipPassThrough, UnzipInflate]

/** A file that nobody needs is begun all the same, since what is not the library keeps: its bytes go by, however they are packed. */
function letPass(zip: Unzip, file: UnzipFile): void {
  zip.register(
    class extends UnzipPassThrough {
      static override compression = file.compression
    },
  )
  file.ondata = () => {}
  file.start()
}

function unpack(step: () => void, begun: () => boolean): void {
  try {
    step()
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw begun() ? cutOff(cause) : notAnExport(cause)
  }
}
