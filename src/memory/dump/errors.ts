/** What an engine refuses of rows that come from a backup. */
import { Fault } from '../../shared/fault.ts'
import type { DumpTable } from './ports.ts'

/** For a row that breaks a rule of its table. The engine's own words are kept for the cause: they may have the row in them. */
export const rowsRefused = (table: DumpTable, cause: unknown): Fault =>
  new Fault('invalid', `a row of ${table} is there twice, or has a value that its table does not take.`, {
    code: 'backup_broken',
    field: table,
    cause,
  })
