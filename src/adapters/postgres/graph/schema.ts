import type { Migration } from '../../../shared/migrations.ts'

/** What memories are about. The times, the state and who may read are those of the memory that a row stands for. */
export const graphTables: Migration = {
  name: 'entities, mentions, relations, and what a model derived',
  sql: `
-- An owner without a row, or with one of another version of the rules, is derived anew from the memories when next touched.
CREATE TABLE entity_owner (owner_id text COLLATE "C" PRIMARY KEY, version integer NOT NULL);
CREATE TABLE entity (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  UNIQUE (owner_id, key)
);
-- memory: memory.seq.
CREATE TABLE mention (
  entity bigint NOT NULL,
  memory bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  origin text COLLATE "C" NOT NULL,
  PRIMARY KEY (entity, memory)
);
CREATE INDEX mention_by_memory ON mention (memory);
CREATE TABLE relation (
  memory bigint NOT NULL,
  subject bigint NOT NULL,
  predicate text COLLATE "C" NOT NULL,
  object bigint NOT NULL,
  origin text COLLATE "C" NOT NULL,
  PRIMARY KEY (memory, subject, predicate, object)
);
CREATE TABLE extraction (memory bigint PRIMARY KEY, body text COLLATE "C" NOT NULL);
`,
}
