/** Reading an export's zip: within bounds, whatever it claims of itself. */
import { Gunzip, Unzip, UnzipInflate } from 'fflate'
import { Fault } from '../../shared/fault.ts'

/** Decompressed bytes of one file in the zip: a small zip can claim to hold very much. */
const maxFileBytes = 512 * 1024 * 1024
const maxLineCharacters = 2_000_000
const linesName = 'memories.jsonl.gz'
const documentName = 'memories.json'

/** The whole upload. @throws Fault `too_large` */
export async function readAll(upload: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of upload) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Fault('too_large', `The file is larger than ${maxBytes} bytes.`, { field: 'file' })
    chunks.push(chunk)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

/**
 * The memories in an export, one record at a time: from `memories.jsonl.gz`, or where that is missing from `memories.json`.
 * A line that is not JSON comes as an `Error`.
 * @throws Fault `invalid` for what is no such zip, `too_large` for one that unpacks to too much
 */
export function* recordsOf(zip: Uint8Array): Generator<unknown, void> {
  const names = namesIn(zip)
  const lines = names.find((name) => isNamed(name, linesName))
  if (lines !== undefined) {
    yield* linesOf(gunzipped(contentOf(zip, lines)))
    return
  }
  const document = names.find((name) => isNamed(name, documentName))
  if (document === undefined) throw notAnExport()
  const whole = parsed(textOf(contentOf(zip, document)))
  if (whole instanceof Error) throw notAnExport(whole)
  yield* documentRecords(whole)
}

const isNamed = (path: string, name: string): boolean => path.slice(path.lastIndexOf('/') + 1) === name

const notAnExport = (cause?: unknown): Fault =>
  new Fault('invalid', `The file is not a zip with ${linesName} or ${documentName}.`, {
    code: 'export_invalid',
    field: 'file',
    cause,
  })

function namesIn(zip: Uint8Array): string[] {
  const names: string[] = []
  unzip(zip, ({ name }) => {
    names.push(name)
  })
  return names
}

type ZipEntry = Parameters<NonNullable<Unzip['onfile']>>[0]

function unzip(zip: Uint8Array, onFile: (file: ZipEntry) => void): void {
  try {
    const reader = new Unzip(onFile)
    reader.register(UnzipInflate)
    for (let at = 0; at < zip.byteLength; at += 65_536) reader.push(zip.subarray(at, at + 65_536))
    reader.push(new Uint8Array(), true)
  } catch (cause) {
    throw cause instanceof Fault ? cause : notAnExport(cause)
  }
}

function contentOf(zip: Uint8Array, name: string): Uint8Array[] {
  const chunks: Uint8Array[] = []
  const bound = bounded()
  unzip(zip, (file) => {
    if (file.name !== name) return
    file.ondata = (error, data) => {
      if (error !== null) throw notAnExport(error)
      bound(data)
      chunks.push(data)
    }
    file.start()
  })
  return chunks
}

function bounded(): (data: Uint8Array) => void {
  let size = 0
  return (data) => {
    size += data.byteLength
    if (size > maxFileBytes) throw new Fault('too_large', 'The file unpacks to too much.', { field: 'file' })
  }
}

function* gunzipped(chunks: readonly Uint8Array[]): Generator<Uint8Array, void> {
  let ready: Uint8Array[] = []
  const bound = bounded()
  const gunzip = new Gunzip((data) => {
    bound(data)
    ready.push(data)
  })
  for (const [at, chunk] of chunks.entries()) {
    try {
      gunzip.push(chunk, at === chunks.length - 1)
    } catch (cause) {
      throw cause instanceof Fault ? cause : notAnExport(cause)
    }
    yield* ready
    ready = []
  }
}

function* linesOf(chunks: Iterable<Uint8Array>): Generator<unknown, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch (cause) {
      throw notAnExport(cause)
    }
  }
  for (const chunk of chunks) {
    const lines = (rest + decode(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineCharacters)
      throw new Fault('too_large', 'A line of the export is too long.', { field: 'file' })
    for (const line of lines) if (line.trim() !== '') yield parsed(line)
  }
  rest += decode()
  if (rest.trim() !== '') yield parsed(rest)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return new Error('The line is not JSON.')
  }
}

function textOf(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
  } catch (cause) {
    throw notAnExport(cause)
  }
}

/** `memories.json` names categories and apps by id: each record gets their names, as the lines have them. */
function* documentRecords(document: unknown): Generator<unknown, void> {
  const list = (name: string): Record<string, unknown>[] => {
    const value = isRecord(document) ? document[name] : undefined
    return Array.isArray(value) ? value.filter(isRecord) : []
  }
  if (!isRecord(document) || !Array.isArray(document.memories)) throw notAnExport()
  const namesById = (name: string) => new Map(list(name).map((each) => [each.id, each.name]))
  const [apps, categories] = [namesById('apps'), namesById('categories')]
  const linked = new Map<unknown, unknown[]>()
  for (const { memory_id, category_id } of list('memory_categories')) {
    const links = linked.get(memory_id)
    if (links === undefined) linked.set(memory_id, [category_id])
    else links.push(category_id)
  }
  for (const memory of list('memories')) {
    const ids = Array.isArray(memory.category_ids) ? memory.category_ids : (linked.get(memory.id) ?? [])
    yield {
      ...memory,
      app: apps.get(memory.app_id) ?? null,
      categories: ids.flatMap((id: unknown) => categories.get(id) ?? []),
    }
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
