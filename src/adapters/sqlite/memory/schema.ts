import type { Migration } from '../database.ts'
import { indexMigrations } from '../index/schema.ts'

/** The schema of memory.db. Times are Unix milliseconds. Every index begins with the owner. */
export const memoryMigrations: readonly Migration[] = [
  {
    name: 'memories, history and rules',
    sql: `
      CREATE TABLE memory (
        id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, app_id TEXT NOT NULL, speaker TEXT NOT NULL, content TEXT NOT NULL,
        content_hash TEXT NOT NULL, state TEXT NOT NULL, categories TEXT NOT NULL, metadata TEXT NOT NULL,
        thread_id TEXT NOT NULL, position INTEGER NOT NULL, occurred_at INTEGER, valid_from INTEGER NOT NULL, valid_to INTEGER,
        supersedes TEXT, source TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, version INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX memory_by_time ON memory (owner_id, created_at, id);
      CREATE INDEX memory_by_state ON memory (owner_id, state, created_at, id);
      CREATE INDEX memory_by_app ON memory (owner_id, app_id, created_at);
      CREATE INDEX memory_by_thread ON memory (owner_id, thread_id, position);
      -- One memory that holds for each text: of any number of adds of the same text one writes it.
      CREATE UNIQUE INDEX memory_by_hash ON memory (owner_id, content_hash) WHERE state <> 'deleted' AND valid_to IS NULL;

      -- seq never goes back: it is the cursor of the change feed.
      CREATE TABLE event (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, owner_id TEXT NOT NULL, memory_id TEXT NOT NULL, kind TEXT NOT NULL,
        app_id TEXT NOT NULL, at INTEGER NOT NULL, before TEXT, other_id TEXT
      ) STRICT;
      CREATE INDEX event_by_memory ON event (owner_id, memory_id, seq);
      CREATE INDEX event_by_owner ON event (owner_id, seq);

      CREATE TABLE access (
        id INTEGER PRIMARY KEY AUTOINCREMENT, owner_id TEXT NOT NULL, memory_id TEXT NOT NULL, app_id TEXT NOT NULL,
        kind TEXT NOT NULL, query TEXT, score REAL, at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX access_by_memory ON access (owner_id, memory_id, id);
      CREATE INDEX access_by_app ON access (owner_id, app_id, at);
      CREATE INDEX access_by_time ON access (owner_id, at);

      CREATE TABLE access_rule (
        owner_id TEXT NOT NULL, app_id TEXT NOT NULL, paused INTEGER NOT NULL, read TEXT NOT NULL, write TEXT NOT NULL,
        categories TEXT, PRIMARY KEY (owner_id, app_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE confirmation (
        hash TEXT PRIMARY KEY, owner_id TEXT NOT NULL, app_id TEXT NOT NULL, action TEXT NOT NULL, expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX confirmation_by_expiry ON confirmation (expires_at);

      CREATE TABLE once (
        owner_id TEXT NOT NULL, app_id TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, result TEXT,
        expires_at INTEGER NOT NULL, PRIMARY KEY (owner_id, app_id, key)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX once_by_expiry ON once (expires_at);

      CREATE TABLE preference (owner_id TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  ...indexMigrations,
]
