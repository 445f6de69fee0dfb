/** Taking in an export: page by page, each page whole or not at all, with an account of what became of every record. */
import type { MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import type { Caller } from '../operation.ts'
import type { ImportedMemory, ImportStatus } from '../ports.ts'
import type { MemoryServices } from '../services.ts'
import { recordsOf } from './read-zip.ts'
import { importedOf } from './record.ts'

/** Few enough that a page holds nobody up for long. */
const pageSize = 100
const pageCharacters = 200_000
const maxErrors = 100
/** More are no slips in an export but something else: the rest of the file is not read. */
const maxFailed = 10_000

export interface ImportReport {
  readonly added: number
  readonly overwritten: number
  /** Known by their ids, erased here, or deleted there. */
  readonly skipped: number
  readonly failed: number
  /** The first 100 of those that failed, by line from 1. */
  readonly errors: readonly { readonly line: number; readonly field?: string; readonly message: string }[]
}

/**
 * What was written before the file turned out to be damaged stays: the report then ends with an error that says so, and sending the
 * whole file again adds the rest.
 * @throws Fault `invalid` for what is no export, `too_large`, `forbidden`
 */
export async function importMemories(
  { store, settings }: Pick<MemoryServices, 'store' | 'settings'>,
  { ownerId, appId, nowMs }: Caller,
  upload: AsyncIterable<Uint8Array>,
  mode: 'skip' | 'overwrite',
): Promise<ImportReport> {
  const { report, counts, fail } = createAccount()
  const pages = createPages(async (memories) => {
    for (const status of await store.importAll(ownerId, appId, memories, mode, nowMs)) counts[status]++
    await others()
  })
  const read = (record: unknown, line: number): ImportedMemory | undefined => {
    try {
      if (record instanceof Error) throw new Fault('invalid', record.message)
      const memory = importedOf(settings, record, nowMs)
      if (memory === undefined) counts.skipped++
      return memory
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      fail(line, error)
      return undefined
    }
  }
  let line = 0
  let unreadable: Fault | undefined
  const records = recordsOf(upload)
  while (unreadable === undefined) {
    const next = await records.next().catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error
      unreadable = error
    })
    line++
    if (next === undefined || next.done === true) break
    // Also where all of the file is there already and nothing of it can be written.
    if (line % pageSize === 0) await others()
    if (counts.failed >= maxFailed) {
      unreadable = new Fault('invalid', `${maxFailed} records failed: the rest was not read.`)
      await records.return()
      break
    }
    const memory = read(next.value, line)
    if (memory !== undefined) await pages.add(memory)
  }
  if (unreadable !== undefined && line === 1) throw unreadable
  await pages.write()
  if (unreadable !== undefined) fail(line, unreadable)
  return report()
}

/** Others have their turn. */
const others = () => new Promise((resolve) => setImmediate(resolve))

/** What becomes of the records. */
function createAccount() {
  const counts: Record<ImportStatus | 'failed', number> = { added: 0, overwritten: 0, skipped: 0, failed: 0 }
  const errors: ImportReport['errors'][number][] = []
  return {
    counts,
    fail(line: number, { field, message }: Fault) {
      counts.failed++
      if (errors.length < maxErrors) errors.push({ line, ...(field === undefined ? {} : { field }), message })
    },
    report: (): ImportReport => ({ ...counts, errors }),
  }
}

/** Gathers memories into pages, each of which is kept as a whole. */
function createPages(keep: (memories: readonly ImportedMemory[]) => Promise<void>) {
  const page = new Map<MemoryId, ImportedMemory>()
  let characters = 0
  async function write(): Promise<void> {
    await keep([...page.values()])
    page.clear()
    characters = 0
  }
  return {
    write,
    async add(memory: ImportedMemory): Promise<void> {
      // A memory that the file has twice is brought to its first record before its second is compared with it.
      if (page.has(memory.id)) await write()
      page.set(memory.id, memory)
      characters += memory.content.length
      if (page.size === pageSize || characters >= pageCharacters) await write()
    },
  }
}
