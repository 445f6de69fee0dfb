/** The backup file: gzipped JSON, a header line, a line for each record, and a last line that says how many there were. */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { TransferRecord } from '../../dependencies/transfer.ts'
import { Fault } from '../../shared/fault.ts'

const format = { souvenir: 'backup', format: 1 } as const

export interface BackupWriter {
  write(records: readonly TransferRecord[]): Promise<void>
  /** Completes the file: before that there is none under its name. */
  end(): Promise<number>
  discard(): Promise<void>
}

/** Mode 0600: it holds memories and signing keys. */
export function createBackup(path: string, about: { readonly version: string; readonly at: string }): BackupWriter {
  const part = `${path}.part`
  const gzip = createGzip()
  const file = createWriteStream(part, { mode: 0o600, flags: 'w' })
  gzip.pipe(file)
  let count = 0
  const put = (text: string) =>
    new Promise<void>((resolve, reject) => {
      file.once('error', reject)
      const go = () => {
        file.off('error', reject)
        resolve()
      }
      if (gzip.write(text)) go()
      else gzip.once('drain', go)
    })
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
      await finished(file)
      await rename(part, path)
      return count
    },
    async discard() {
      gzip.destroy()
      file.destroy()
      await rm(part, { force: true })
    },
  }
}

/** Readers of lines take U+2028 and U+2029 for the end of one; in JSON they may be escaped (RFC 8259 section 7). */
const lineOf = (value: unknown): string =>
  `${JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`

const portion = 500

/** Gives the records of a backup. Faults: `invalid` for a file that is none, or is not whole. */
export async function readBackup(
  path: string,
  each: (records: readonly TransferRecord[]) => Promise<void>,
): Promise<number> {
  const lines = createInterface({
    input: createReadStream(path).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  let headed = false
  let ended = false
  let count = 0
  let records: TransferRecord[] = []
  const give = async () => {
    const given = records
    records = []
    if (given.length > 0) await each(given)
  }
  try {
    for await (const line of lines) {
      const value = JSON.parse(line) as { souvenir?: string; format?: number; kind?: string; count?: number }
      if (!headed) {
        if (value.souvenir !== format.souvenir || value.format !== format.format) throw notOurs()
        headed = true
      } else if (value.kind === 'end') {
        ended = value.count === count
      } else {
        count++
        records.push(value as TransferRecord)
        if (records.length >= portion) await give()
      }
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw notOurs(error)
  }
  if (!headed) throw notOurs()
  await give()
  if (!ended) throw new Fault('invalid', 'The backup is not whole: its end is missing.', { code: 'backup_broken' })
  return count
}

const notOurs = (cause?: unknown) =>
  new Fault('invalid', 'This is not a whole backup of souvenir.', { code: 'backup_broken', cause })
