import type { Migration } from '../../../shared/migrations.ts'

/** The index of words: a row for each owner, term and block of items; see memory/index/postings for the bytes. */
export const indexMigrations: readonly Migration[] = [
  {
    name: 'index of words',
    sql: `
      CREATE TABLE index_owner (
        owner_id TEXT PRIMARY KEY, items INTEGER NOT NULL, total_length INTEGER NOT NULL, next_ordinal INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE index_item (
        owner_id TEXT NOT NULL, ordinal INTEGER NOT NULL, memory_id TEXT NOT NULL, length INTEGER NOT NULL,
        PRIMARY KEY (owner_id, ordinal)
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX index_item_by_memory ON index_item (owner_id, memory_id);
      CREATE TABLE index_posting (
        owner_id TEXT NOT NULL, term TEXT NOT NULL, block INTEGER NOT NULL, last_ordinal INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (owner_id, term, block)
      ) STRICT;
      -- Lengths of a block's items, two bytes each, little end first.
      CREATE TABLE index_length (
        owner_id TEXT NOT NULL, block INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (owner_id, block)
      ) STRICT;
    `,
  },
  {
    name: 'index of words with threads, speakers and times; new items wait in a tail',
    sql: `
      DROP TABLE index_owner;
      DROP TABLE index_item;
      DROP TABLE index_posting;
      DROP TABLE index_length;
      -- An owner without a row, or with one of another analyzer, is indexed anew from the memories when next touched.
      CREATE TABLE index_owner (
        key INTEGER PRIMARY KEY AUTOINCREMENT, owner_id TEXT NOT NULL UNIQUE, analyzer INTEGER NOT NULL,
        version INTEGER NOT NULL, next_ordinal INTEGER NOT NULL, packed_to INTEGER NOT NULL, tail_terms INTEGER NOT NULL
      ) STRICT;
      -- memory: memory.seq, NULL once removed. version: the owner's version that last changed what ranking knows of it.
      CREATE TABLE index_item (
        owner INTEGER NOT NULL, ordinal INTEGER NOT NULL, memory INTEGER, version INTEGER NOT NULL,
        length INTEGER NOT NULL, language INTEGER NOT NULL, traits INTEGER NOT NULL,
        PRIMARY KEY (owner, ordinal)
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX index_item_by_memory ON index_item (memory) WHERE memory IS NOT NULL;
      CREATE INDEX index_item_by_version ON index_item (owner, version);
      CREATE TABLE index_posting (
        owner INTEGER NOT NULL, term TEXT NOT NULL, block INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (owner, term, block)
      ) STRICT, WITHOUT ROWID;
      -- The terms of items from packed_to on, one row an item, until there are enough of them to pack.
      CREATE TABLE index_tail (
        owner INTEGER NOT NULL, ordinal INTEGER NOT NULL, terms TEXT NOT NULL, PRIMARY KEY (owner, ordinal)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    name: 'vectors of items, and up to which item each owner has them',
    sql: `
      ALTER TABLE index_owner ADD COLUMN space TEXT NOT NULL DEFAULT '';
      ALTER TABLE index_owner ADD COLUMN embedded_to INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE index_owner ADD COLUMN leased_until INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX index_owner_by_embedding ON index_owner (leased_until);
      CREATE TABLE index_code (
        owner INTEGER NOT NULL, ordinal INTEGER NOT NULL, version INTEGER NOT NULL, code BLOB NOT NULL,
        PRIMARY KEY (owner, ordinal)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX index_code_by_version ON index_code (owner, version);
      CREATE TABLE index_vector (
        owner INTEGER NOT NULL, ordinal INTEGER NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (owner, ordinal)
      ) STRICT;
    `,
  },
]

/** By which the job that embeds finds who waits: those of whom all is done are in neither, or are passed by. */
export const ownersBehind: Migration = {
  name: 'owners whose items wait for their vectors',
  sql: `
    DROP INDEX index_owner_by_embedding;
    CREATE INDEX index_owner_behind ON index_owner (leased_until) WHERE embedded_to < next_ordinal;
    CREATE INDEX index_owner_by_space ON index_owner (space);
  `,
}

/**
 * Vectors rounded to 8 bits stand beside the codes, in the order of their ordinals: thousands of them are read in the time that a
 * hundred whole vectors take. Those of before are NULL, and rounded by searches as they read them whole.
 */
export const roundedVectors: Migration = {
  name: 'rounded vectors beside the codes',
  sql: 'ALTER TABLE index_code ADD COLUMN rounded BLOB;',
}
