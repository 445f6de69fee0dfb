import type { Migration } from '../database.ts'

/** The index of words: a row for each owner, term and block of items; see memory/rank/postings for the bytes. */
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
]
