import type { Migration } from '../../../shared/migrations.ts'

/** The memory's tables. Times are Unix milliseconds; JSON is text. A tombstone keeps its row with an empty content. */
export const memoryTables: Migration = {
  name: 'memories, their events, readings and rules',
  sql: `
CREATE TABLE memory (
  seq INTEGER PRIMARY KEY,
  owner_id TEXT NOT NULL,
  id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  content TEXT NOT NULL,
  content_hash TEXT,
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'archived', 'deleted')),
  categories TEXT NOT NULL,
  metadata TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  speaker_kind TEXT NOT NULL,
  speaker_name TEXT,
  occurred_at INTEGER,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  supersedes TEXT,
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  UNIQUE (owner_id, id)
) STRICT;
CREATE INDEX memory_by_time ON memory (owner_id, created_at, id);
CREATE INDEX memory_by_app ON memory (owner_id, app_id, created_at, id);
CREATE INDEX memory_by_state ON memory (owner_id, state, app_id);
CREATE INDEX memory_by_hash ON memory (owner_id, content_hash) WHERE content_hash IS NOT NULL;
CREATE UNIQUE INDEX memory_by_thread ON memory (owner_id, thread_id, position);
CREATE INDEX memory_by_successor ON memory (owner_id, supersedes) WHERE supersedes IS NOT NULL;

CREATE TABLE memory_category (
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  memory_id TEXT NOT NULL,
  PRIMARY KEY (owner_id, name, memory_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_category_by_memory ON memory_category (owner_id, memory_id);

CREATE TABLE memory_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  owner_id TEXT NOT NULL,
  memory_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  app_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  before TEXT,
  other_id TEXT,
  -- The event that an undo took back.
  undoes INTEGER
) STRICT;
CREATE INDEX memory_event_by_memory ON memory_event (owner_id, memory_id, seq);
CREATE INDEX memory_event_by_owner ON memory_event (owner_id, seq);

CREATE TABLE access_log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  owner_id TEXT NOT NULL,
  memory_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  query TEXT,
  score REAL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX access_log_by_memory ON access_log (owner_id, memory_id, at);
CREATE INDEX access_log_by_app ON access_log (owner_id, app_id, memory_id, at);
CREATE INDEX access_log_by_time ON access_log (owner_id, at);

CREATE TABLE access_rule (
  owner_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  paused INTEGER NOT NULL,
  read TEXT NOT NULL,
  write TEXT NOT NULL,
  categories TEXT,
  PRIMARY KEY (owner_id, app_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE confirmation (
  hash TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  action TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmation_by_expiry ON confirmation (expires_at);

CREATE TABLE once (
  owner_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'erased')),
  result TEXT,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (owner_id, app_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX once_by_expiry ON once (expires_at);

CREATE TABLE preference (
  owner_id TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
}

/**
 * Readings of an app in the order of time, so that new ones go to one place at the index's end. By memory each would go to a page of
 * its own, which was a third of what keeping a reading takes.
 */
export const readingsByAppInTime: Migration = {
  name: 'readings of an app in the order of time',
  sql: `
DROP INDEX access_log_by_app;
CREATE INDEX access_log_by_app ON access_log (owner_id, app_id, at, memory_id);
`,
}
