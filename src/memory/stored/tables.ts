import type { Migration } from '../../shared/migrations.ts'

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

/** What an index has of its items' vectors, by owner and ordinal: all of it goes where an owner's vectors are begun anew. */
export const vectorTables = ['index_code', 'index_vector', 'index_passage_waiting'] as const
/** What it has of an item beside the item's own row: it goes with the item. */
export const tablesBesideItem = ['index_tail', ...vectorTables] as const

/** By which an owner's memories are read page by page in the order in which they were written, when what is derived is made anew. */
export const memoriesInOrder: Migration = {
  name: 'memories of an owner in the order of writing',
  sql: 'CREATE INDEX memory_in_order ON memory (owner_id, seq)',
}

/** By which they are found when an account is removed. */
export const confirmationsByOwner: Migration = {
  name: 'confirmations of an owner',
  sql: 'CREATE INDEX confirmation_by_owner ON confirmation (owner_id)',
}

/** How the engines differ in the next: their types, and the place of a text in another. */
interface Dialect {
  readonly text: 'TEXT' | 'text COLLATE "C"'
  readonly whole: 'INTEGER' | 'bigint'
  readonly kind: 'STRICT, WITHOUT ROWID' | ''
  readonly position: 'instr' | 'strpos'
}

/**
 * Linked mentions (memory/graph/knowledge), for search: most owners have none. Of those that were there before, a name counts as said
 * where spaces or the commonest marks are around it: a row too many changes no answer.
 */
export const mentionsLinked = ({ text, whole, kind, position }: Dialect): Migration => ({
  name: 'entities of memories whose text does not name them',
  sql: `
    CREATE TABLE mention_unsaid (
      owner_id ${text} NOT NULL, key ${text} NOT NULL, memory ${whole} NOT NULL, PRIMARY KEY (owner_id, key, memory)
    ) ${kind};
    CREATE INDEX mention_unsaid_by_memory ON mention_unsaid (memory);
    INSERT INTO mention_unsaid (owner_id, key, memory)
      SELECT e.owner_id, e.key, n.memory
        FROM mention AS n JOIN entity AS e ON e.id = n.entity JOIN memory AS m ON m.seq = n.memory
       WHERE n.origin <> 'rule' AND ${position}(' ' || replace(replace(replace(replace(
           lower(m.content || ' ' || coalesce(m.speaker_name, '')), '.', ' '), ',', ' '), '?', ' '), '!', ' ') || ' ',
         ' ' || e.key || ' ') = 0;
  `,
})

/** What memory/index/rebuilding keeps of an index that is made anew. */
export const indexesMadeAnew = (seq: 'INTEGER' | 'bigint'): Migration => ({
  name: 'indexes of words that are made anew in portions',
  sql: `
    ALTER TABLE index_owner ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE index_owner ADD COLUMN next_generation INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE index_owner ADD COLUMN next_analyzer INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE index_owner ADD COLUMN filled_to ${seq};
    ALTER TABLE index_owner ADD COLUMN rebuilt_to INTEGER;
    ALTER TABLE index_owner ADD COLUMN leftovers INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE index_owner ADD COLUMN unfinished INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX index_owner_unfinished ON index_owner (key) WHERE unfinished = 1;
  `,
})

/**
 * Up to where items have their vectors, which is more than the job that embeds has done where it goes over them again, as for their
 * passages. Vectors were made in the order of items.
 */
export const vectorsThere: Migration = {
  name: 'up to where items have their vectors',
  sql: `
    ALTER TABLE index_owner ADD COLUMN vectors_to INTEGER NOT NULL DEFAULT 0;
    UPDATE index_owner SET vectors_to = CASE WHEN embedded_to >= next_ordinal THEN embedded_to
      ELSE coalesce((SELECT max(ordinal) + 1 FROM index_code WHERE index_code.owner = index_owner.key), 0) END;
  `,
}

/**
 * Passages that were erased with a memory in them and are to be made anew, by the item at which they end. Nothing of a text is in it.
 * Those that had been erased before there was this wait too.
 */
export const passagesWaiting = (whole: 'INTEGER' | 'bigint', kind: 'STRICT, WITHOUT ROWID' | ''): Migration => ({
  name: 'passages of a conversation that are to be made anew',
  sql: `
    CREATE TABLE index_passage_waiting (
      owner ${whole} NOT NULL, ordinal INTEGER NOT NULL, leased_until ${whole} NOT NULL DEFAULT 0, PRIMARY KEY (owner, ordinal)
    ) ${kind};
    CREATE INDEX index_passage_waiting_by_lease ON index_passage_waiting (leased_until);
    INSERT INTO index_passage_waiting (owner, ordinal)
      SELECT c.owner, c.ordinal FROM index_code AS c JOIN index_owner AS o ON o.key = c.owner
        JOIN index_item AS i ON i.owner = c.owner AND i.ordinal = c.ordinal JOIN memory AS m ON m.seq = i.memory
       WHERE c.passage IS NULL AND c.ordinal < o.embedded_to AND m.position % 3 = 2 AND m.thread_id NOT LIKE 'auto:%';
  `,
})

/** When an owner's vectors were begun anew, as by another model: their items have waited since then, and not since they were written. */
export const vectorsBegun = (whole: 'INTEGER' | 'bigint'): Migration => ({
  name: "when owners' vectors were begun anew",
  sql: `ALTER TABLE index_owner ADD COLUMN begun_at ${whole} NOT NULL DEFAULT 0`,
})

/** Codes of passages of a conversation, beside those of the items at which they end: made as all vectors are, by the job. */
export const passageCodes = (bytes: 'BLOB' | 'bytea'): Migration => ({
  name: 'codes of passages of a conversation',
  sql: `
    ALTER TABLE index_code ADD COLUMN passage ${bytes};
    UPDATE index_owner SET embedded_to = 0 WHERE EXISTS (SELECT 1 FROM memory
      WHERE memory.owner_id = index_owner.owner_id AND memory.position >= 2 AND memory.thread_id NOT LIKE 'auto:%');
  `,
})

/**
 * What was asked is no longer kept with who read what. It is a person's words, and a deletion takes along what is known to hold a text
 * and not what merely speaks of it. Postgres leaves the values of a dropped column in the rows, so they are emptied first.
 */
export const readingsWithoutQuestions: Migration = {
  name: 'readings without what was asked',
  sql: `
    UPDATE access_log SET query = NULL WHERE query IS NOT NULL;
    ALTER TABLE access_log DROP COLUMN query;
  `,
}

/** Readings of a memory by day of UTC and app, so that they are counted as they stand in the index, and in it alone. */
export const readingsByDay: Migration = {
  name: 'readings of a memory by day and app',
  sql: `
    DROP INDEX access_log_by_memory;
    CREATE INDEX access_log_by_memory ON access_log (owner_id, memory_id, (at / 86400000), app_id, at);
  `,
}
