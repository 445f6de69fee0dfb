import type { Migration } from '../database.ts'
import { indexMigrations } from '../index/schema.ts'
import { memoryTables } from './tables.ts'

/** Every step of memory.db's schema, in order; only ever appended to. */
export const memoryMigrations: readonly Migration[] = [memoryTables, ...indexMigrations]
