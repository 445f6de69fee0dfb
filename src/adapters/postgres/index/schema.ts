import type { Migration } from '../../../shared/migrations.ts'

/**
 * `leased_until` of an owner of whom no item waits for its vector: so the job that embeds passes by, whoever they are many. An index
 * of those who wait would have to name next_ordinal, and every write would touch all indexes of the table (no heap-only tuples).
 */
export const nothingWaits = Number.MAX_SAFE_INTEGER

/**
 * The index of words, a row for each owner, term and block of items (memory/index/postings says the bytes), and vectors beside it.
 * Packed postings do not compress, and up to two pages' quarter they stay in their row: what a search reads is one place.
 */
export const indexTables: Migration = {
  name: 'index of words and vectors of items',
  sql: `
-- An owner without a row, or with one of another analyzer, is indexed anew from the memories when next touched.
CREATE TABLE index_owner (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_id text COLLATE "C" NOT NULL UNIQUE,
  analyzer integer NOT NULL,
  version bigint NOT NULL,
  next_ordinal integer NOT NULL,
  packed_to integer NOT NULL,
  tail_terms integer NOT NULL,
  space text COLLATE "C" NOT NULL DEFAULT '',
  embedded_to integer NOT NULL DEFAULT 0,
  leased_until bigint NOT NULL DEFAULT 0,
  -- How long the vectors of the owner's own HNSW index are; 0 where there is none.
  near integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE INDEX index_owner_by_embedding ON index_owner (leased_until);
-- memory: memory.seq, null once removed. version: the owner's version that last changed what ranking knows of it.
CREATE TABLE index_item (
  owner bigint NOT NULL,
  ordinal integer NOT NULL,
  memory bigint,
  version bigint NOT NULL,
  length integer NOT NULL,
  language smallint NOT NULL,
  traits smallint NOT NULL,
  PRIMARY KEY (owner, ordinal)
);
CREATE UNIQUE INDEX index_item_by_memory ON index_item (memory) WHERE memory IS NOT NULL;
CREATE INDEX index_item_by_version ON index_item (owner, version);
CREATE TABLE index_posting (
  owner bigint NOT NULL,
  block integer NOT NULL,
  term text COLLATE "C" NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (owner, term, block)
) WITH (toast_tuple_target = 4080, fillfactor = 80);
ALTER TABLE index_posting ALTER COLUMN data SET STORAGE EXTERNAL;
-- The terms of items from packed_to on, one row an item, until there are enough of them to pack.
CREATE TABLE index_tail (
  owner bigint NOT NULL,
  ordinal integer NOT NULL,
  terms text COLLATE "C" NOT NULL,
  PRIMARY KEY (owner, ordinal)
);
CREATE TABLE index_code (
  owner bigint NOT NULL,
  ordinal integer NOT NULL,
  version bigint NOT NULL,
  code bytea NOT NULL,
  PRIMARY KEY (owner, ordinal)
);
CREATE INDEX index_code_by_version ON index_code (owner, version);
-- The vector's column is made to fit the server: see index/extension.
CREATE TABLE index_vector (
  owner bigint NOT NULL,
  ordinal integer NOT NULL,
  PRIMARY KEY (owner, ordinal)
);
`,
}

export const ownersWaiting: Migration = {
  name: 'owners whose items wait for their vectors',
  sql: `
    UPDATE index_owner SET leased_until = ${nothingWaits} WHERE space <> '' AND embedded_to >= next_ordinal;
    CREATE INDEX index_owner_by_space ON index_owner (space);
  `,
}
