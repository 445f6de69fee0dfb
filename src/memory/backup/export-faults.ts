/** What is wrong with a file that is to be imported. */
import { Fault } from '../../shared/fault.ts'

export const linesName = 'memories.jsonl.gz'
export const documentName = 'memories.json'

export const notAnExport = (cause?: unknown): Fault =>
  new Fault('invalid', `The file is not a zip with ${linesName} or ${documentName}.`, {
    code: 'export_invalid',
    field: 'file',
    cause,
  })

export const cutOff = (cause?: unknown): Fault =>
  new Fault('invalid', 'The file ends too early, or is damaged.', { code: 'export_damaged', field: 'file', cause })

export const tooMuch = (message: string): Fault => new Fault('too_large', message, { field: 'file' })
