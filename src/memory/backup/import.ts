/** Taking in an export: page by page, each page whole or not at all, with an account of what became of every record. */
import { Fault } from '../../shared/fault.ts'
import type { Caller } from '../operation.ts'
import type { ImportedMemory, ImportStatus } from '../ports.ts'
import type { MemoryServices } from '../services.ts'
import { readAll, recordsOf } from './read-zip.ts'
import { importedOf } from './record.ts'

export const maxUploadBytes = 64 * 1024 * 1024
const pageSize = 500
const maxErrors = 100

export interface ImportReport {
  readonly added: number
  readonly overwritten: number
  /** Known by their ids, erased here, or deleted there. */
  readonly skipped: number
  readonly failed: number
  /** The first 100 of those that failed, by line from 1. */
  readonly errors: readonly { readonly line: number; readonly field?: string; readonly message: string }[]
}

/** @throws Fault `invalid` for what is no export, `too_large`, `forbidden` */
export async function importMemories(
  { store, settings }: Pick<MemoryServices, 'store' | 'settings'>,
  { ownerId, appId, nowMs }: Caller,
  upload: ReadableStream<Uint8Array>,
  mode: 'skip' | 'overwrite',
): Promise<ImportReport> {
  const counts: Record<ImportStatus | 'failed', number> = { added: 0, overwritten: 0, skipped: 0, failed: 0 }
  const errors: ImportReport['errors'][number][] = []
  let page: ImportedMemory[] = []
  const write = async () => {
    for (const status of await store.importAll(ownerId, appId, page, mode, nowMs)) counts[status]++
    page = []
  }
  let line = 0
  for (const record of recordsOf(await readAll(upload, maxUploadBytes))) {
    line++
    try {
      if (record instanceof Error) throw new Fault('invalid', record.message)
      const memory = importedOf(settings, record, nowMs)
      if (memory === undefined) counts.skipped++
      else page.push(memory)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      counts.failed++
      const { field, message } = error
      if (errors.length < maxErrors) errors.push({ line, ...(field === undefined ? {} : { field }), message })
    }
    if (page.length === pageSize) await write()
  }
  await write()
  return { ...counts, errors }
}
