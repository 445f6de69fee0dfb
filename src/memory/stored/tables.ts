/**
 * Every table with a column for the owner, besides those of the index and of the entities, which are dropped with what hangs on
 * them: all of this goes with an account. `memory` comes last.
 */
export const ownedTables = [
  'memory_category',
  'memory_event',
  'access_log',
  'access_rule',
  'confirmation',
  'once',
  'preference',
  'job',
  'memory',
] as const
