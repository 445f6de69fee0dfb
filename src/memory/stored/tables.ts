/**
 * Every table whose rows are an owner's, besides jobs, which are found by their kind first, and those of the index and of the
 * entities, which are dropped with what hangs on them: all of this goes with an account. `memory` comes last.
 */
export const ownedTables = [
  'memory_category',
  'memory_event',
  'access_log',
  'access_rule',
  'confirmation',
  'once',
  'preference',
  'memory',
] as const
