/** The backup file: gzipped JSON, a header line, a line for each record, and a last line that says how many there were. */
import { once } from 'node:events'
import { createReadStream, createWriteStream, existsSync, rmSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { TransferRecord } from '../../dependencies/transfer.ts'
import { transferRecordOf } from '../../dependencies/transfer-record.ts'
import { Fault } from '../../shared/fault.ts'
import { isJsonObject } from '../../shared/json-object.ts'
import { lineFault, linesOf } from './lines.ts'

const format = { souvenir: 'backup', format: 1 } as const

export interface BackupWriter {
  write(records: readonly TransferRecord[]): Promise<void>
  /** Completes the file: before that there is none under its name. */
  end(): Promise<number>
  discard(): Promise<void>
}

/** Mode 0600: it holds memories and signing keys. Faults, from any of its methods: `invalid` where it cannot be written. */
export function createBackup(path: string, about: { readonly version: string; readonly at: string }): BackupWriter {
  const part = `${path}.part`
  const gzip = createGzip()
  // What is there already keeps its owner and mode, or is a link to elsewhere: in a folder of many, somebody's who would read along.
  try {
    rmSync(part, { force: true })
  } catch {
    // What cannot be removed cannot be made either, and that is told.
  }
  const file = createWriteStream(part, { mode: 0o600, flags: 'wx' })
  gzip.pipe(file)
  // Nobody may be waiting when the file fails (no such folder, a full disk): whoever waits next is told.
  const failed = new Promise<never>((_resolve, reject) => {
    file.once('error', (cause) => reject(unusable(path, 'written', cause)))
  })
  failed.catch(() => {})
  let count = 0
  const put = async (text: string) => {
    await Promise.race([failed, gzip.write(text) ? undefined : once(gzip, 'drain')])
  }
  const header = put(lineOf({ ...format, ...about }))
  return {
    async write(records) {
      await header
      if (records.length === 0) return
      count += records.length
      await put(records.map(lineOf).join(''))
    },
    async end() {
      await header
      await put(lineOf({ kind: 'end', count }))
      gzip.end()
      await Promise.race([failed, finished(file)])
      await rename(part, path)
      return count
    },
    async discard() {
      gzip.destroy()
      file.destroy()
      // Where it could not be made there is nothing to remove.
      await rm(part, { force: true }).catch(() => {})
    },
  }
}

/** Readers of lines take U+2028 and U+2029 for the end of one; in JSON they may be escaped (RFC 8259 section 7). */
const lineOf = (value: unknown): string =>
  `${JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`

/** So many records are given at once. */
const portionSize = 500

/** Gives the records of a backup. Faults: `invalid` for a file that cannot be read, is none, is not whole, or holds what is no record. */
export async function readBackup(
  path: string,
  each: (records: readonly TransferRecord[]) => Promise<void>,
): Promise<number> {
  const file = createReadStream(path)
  const input = createGunzip()
  file.once('error', (cause) => input.destroy(unusable(path, 'read', cause)))
  let [number, headed, ended, count] = [0, false, false, 0]
  let records: TransferRecord[] = []
  let last = 0
  const give = async () => {
    const given = records
    records = []
    try {
      if (given.length > 0) await each(given)
    } catch (error) {
      throw isRefused(error) ? linesFault(last - given.length + 1, last, error) : error
    }
  }
  try {
    for await (const line of linesOf(file.pipe(input))) {
      const value = parsed(line, ++number)
      if (!headed) {
        if (!isJsonObject(value) || value.souvenir !== format.souvenir || value.format !== format.format)
          throw notOurs()
        headed = true
      } else if (ended) {
        throw lineFault(number, 'stands behind its end')
      } else if (isJsonObject(value) && value.kind === 'end') {
        if (value.count !== count) throw lineFault(number, `is the end of another: ${count} records stand before it`)
        ended = true
      } else {
        count++
        last = number
        records.push(recordIn(value, number))
        if (records.length >= portionSize) await give()
      }
    }
  } catch (error) {
    // Of zlib: what is no gzip, or ends too early. Faults, and what the taker throws, are as they are.
    throw isZlib(error) ? notOurs(error) : error
  } finally {
    file.destroy()
  }
  if (!headed) throw notOurs()
  await give()
  if (!ended) throw new Fault('invalid', 'The backup is not whole: its end is missing.', { code: 'backup_broken' })
  return count
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw number === 1 ? notOurs(cause) : lineFault(number, 'is not JSON', cause)
  }
}

function recordIn(value: unknown, number: number): TransferRecord {
  try {
    return transferRecordOf(value)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw lineFault(number, `is no record: ${error.message.replace(/\.$/, '')}`, error, error.field)
  }
}

const isRefused = (error: unknown): error is Fault => error instanceof Fault && error.code === 'backup_broken'

/** What an engine refused of records that are right each by itself. */
const linesFault = (first: number, last: number, refused: Fault): Fault =>
  new Fault('invalid', `Lines ${first} to ${last} of the backup: ${refused.message}`, {
    code: refused.code,
    cause: refused,
    ...(refused.field === undefined ? {} : { field: refused.field }),
  })

const isZlib = (error: unknown) => error instanceof Error && 'code' in error && /^Z_|^ERR_ZLIB/.test(String(error.code))

const unusable = (path: string, how: 'read' | 'written', cause: unknown) =>
  new Fault('invalid', `${path} cannot be ${how}${reason(path, how, cause)}.`, {
    code: 'backup_unusable',
    field: 'FILE',
    cause,
  })

function reason(path: string, how: 'read' | 'written', cause: unknown): string {
  if (!(cause instanceof Error)) return ''
  const folder = dirname(path)
  const isMissing = 'code' in cause && cause.code === 'ENOENT'
  if (isMissing && !existsSync(folder)) return `: there is no folder ${folder}`
  return isMissing && how === 'read' ? ': there is no such file' : `: ${cause.message}`
}

const notOurs = (cause?: unknown) =>
  new Fault('invalid', 'This is not a whole backup of souvenir.', { code: 'backup_broken', cause })
