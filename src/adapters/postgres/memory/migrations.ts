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
import { indexTables, ownersWaiting } from '../index/schema.ts'
import { outboxTables } from './outbox.ts'
import { annotations, memoryTables } from './tables.ts'

/** Every step of the schema, in order; only ever appended to. */
export const memoryMigrations: readonly Migration[] = [
  memoryTables,
  indexTables,
  annotations,
  graphTables,
  outboxTables,
  memoriesInOrder,
  confirmationsByOwner,
  erasureMarks,
  passageCodes('bytea'),
  ownersWaiting,
  indexesMadeAnew('bigint'),
  vectorsThere,
  passagesWaiting('bigint', ''),
  readingsWithoutQuestions,
  mentionsLinked({ text: 'text COLLATE "C"', whole: 'bigint', kind: '', position: 'strpos' }),
  vectorsBegun('bigint'),
  readingsByDay,
  claimsOfKeys('text COLLATE "C"'),
]
