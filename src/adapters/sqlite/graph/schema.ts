import type { Migration } from '../../../shared/migrations.ts'

/** What memories are about. The times, the state and who may read are those of the memory that a row stands for. */
export const graphTables: Migration = {
  name: 'annotations, entities, mentions, relations, and what a model derived',
  sql: `
ALTER TABLE memory ADD COLUMN annotations TEXT NOT NULL DEFAULT '{}';
-- An owner without a row, or with one of another version of the rules, is derived anew from the memories when next touched.
CREATE TABLE entity_owner (owner_id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE entity (id INTEGER PRIMARY KEY, owner_id TEXT NOT NULL, key TEXT NOT NULL, UNIQUE (owner_id, key)) STRICT;
-- memory: memory.seq.
CREATE TABLE mention (
  entity INTEGER NOT NULL, memory INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, origin TEXT NOT NULL,
  PRIMARY KEY (entity, memory)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_by_memory ON mention (memory);
CREATE TABLE relation (
  memory INTEGER NOT NULL, subject INTEGER NOT NULL, predicate TEXT NOT NULL, object INTEGER NOT NULL, origin TEXT NOT NULL,
  PRIMARY KEY (memory, subject, predicate, object)
) STRICT, WITHOUT ROWID;
CREATE TABLE extraction (memory INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
`,
}
