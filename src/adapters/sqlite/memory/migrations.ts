import { erasureMarks } from '../../../memory/stored/erasure.ts'
import { claimsOfKeys } from '../../../memory/stored/once.ts'
import {
  confirmationsByOwner,
  indexesMadeAnew,
  memoriesInOrder,
  mentionsLinked,
  passageCodes,
  passagesWaiting,
  readingsByDay,
  readingsWithoutQuestions,
  vectorsBegun,
  vectorsThere,
} from '../../../memory/stored/tables.ts'
import type { Migration } from '../../../shared/migrations.ts'
import { graphTables } from '../graph/schema.ts'
import { indexMigrations, ownersBehind, roundedVectors } from '../index/schema.ts'
import { outboxTables } from './outbox.ts'
import { memoryTables, readingsByAppInTime } from './tables.ts'

/** Every step of memory.db's schema, in order; only ever appended to. */
export const memoryMigrations: readonly Migration[] = [
  memoryTables,
  ...indexMigrations,
  graphTables,
  outboxTables,
  memoriesInOrder,
  confirmationsByOwner,
  erasureMarks,
  readingsByAppInTime,
  passageCodes('BLOB'),
  ownersBehind,
  indexesMadeAnew('INTEGER'),
  vectorsThere,
  passagesWaiting('INTEGER', 'STRICT, WITHOUT ROWID'),
  readingsWithoutQuestions,
  mentionsLinked({ text: 'TEXT', whole: 'INTEGER', kind: 'STRICT, WITHOUT ROWID', position: 'instr' }),
  vectorsBegun('INTEGER'),
  readingsByDay,
  roundedVectors,
  claimsOfKeys('TEXT'),
]
