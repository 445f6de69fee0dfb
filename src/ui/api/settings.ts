/** A person's own settings, and their backup. */
import type { ImportReport } from '../../memory/backup/import.ts'
import { type Api, filePatienceMs } from './api.ts'

export const longestInstructions = 10_000

export const readInstructions = async (api: Api): Promise<string> => instructionsOf(await api.ask('GET', '/config/'))

export const changeInstructions = async (api: Api, text: string): Promise<string> =>
  instructionsOf(
    await api.ask('PUT', '/config/', { body: { openmemory: { custom_instructions: text === '' ? null : text } } }),
  )

const instructionsOf = ({ openmemory }: { openmemory: { custom_instructions: string | null } }) =>
  openmemory.custom_instructions ?? ''

/** The zip, as it comes. */
export const exportBackup = (api: Api): Promise<Response> =>
  api.open('POST', '/backup/export', { body: {}, patienceMs: filePatienceMs })

export const importBackup = (api: Api, file: Blob, mode: 'skip' | 'overwrite'): Promise<ImportReport> =>
  api.ask('POST', '/backup/import', {
    query: { mode },
    file: { content: file, contentType: 'application/zip' },
    patienceMs: filePatienceMs,
  })
