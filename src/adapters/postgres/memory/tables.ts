import type { Migration } from '../../../shared/migrations.ts'

/**
 * The memory's tables, of the shape they have in SQLite. Times are Unix milliseconds; JSON is text, so that it comes back as it
 * was written. Text is compared byte by byte (collation "C"), as SQLite does, and its lower() knows ASCII alone. A tombstone
 * keeps its row with an empty content.
 */
export const memoryTables: Migration = {
  name: 'memories, their events, readings and rules',
  sql: `
CREATE TABLE memory (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  app_id text COLLATE "C" NOT NULL,
  content text COLLATE "C" NOT NULL,
  content_hash text COLLATE "C",
  state text COLLATE "C" NOT NULL CHECK (state IN ('active', 'paused', 'archived', 'deleted')),
  categories text COLLATE "C" NOT NULL,
  metadata text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  speaker_kind text COLLATE "C" NOT NULL,
  speaker_name text COLLATE "C",
  occurred_at bigint,
  valid_from bigint NOT NULL,
  valid_to bigint,
  supersedes text COLLATE "C",
  source text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  version integer NOT NULL,
  UNIQUE (owner_id, id)
);
CREATE INDEX memory_by_time ON memory (owner_id, created_at, id);
CREATE INDEX memory_by_app ON memory (owner_id, app_id, created_at, id);
CREATE INDEX memory_by_state ON memory (owner_id, state, app_id);
CREATE INDEX memory_by_hash ON memory (owner_id, content_hash) WHERE content_hash IS NOT NULL;
CREATE UNIQUE INDEX memory_by_thread ON memory (owner_id, thread_id, position);
CREATE INDEX memory_by_successor ON memory (owner_id, supersedes) WHERE supersedes IS NOT NULL;

CREATE TABLE memory_category (
  owner_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  memory_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (owner_id, name, memory_id)
);
CREATE INDEX memory_category_by_memory ON memory_category (owner_id, memory_id);

CREATE TABLE memory_event (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_id text COLLATE "C" NOT NULL,
  memory_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  app_id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  before text COLLATE "C",
  other_id text COLLATE "C",
  -- The event that an undo took back.
  undoes bigint
);
CREATE INDEX memory_event_by_memory ON memory_event (owner_id, memory_id, seq);
CREATE INDEX memory_event_by_owner ON memory_event (owner_id, seq);

CREATE TABLE access_log (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_id text COLLATE "C" NOT NULL,
  memory_id text COLLATE "C" NOT NULL,
  app_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  query text COLLATE "C",
  score double precision,
  at bigint NOT NULL
);
CREATE INDEX access_log_by_memory ON access_log (owner_id, memory_id, at);
CREATE INDEX access_log_by_app ON access_log (owner_id, app_id, memory_id, at);
CREATE INDEX access_log_by_time ON access_log (owner_id, at);

CREATE TABLE access_rule (
  owner_id text COLLATE "C" NOT NULL,
  app_id text COLLATE "C" NOT NULL,
  paused boolean NOT NULL,
  read text COLLATE "C" NOT NULL,
  write text COLLATE "C" NOT NULL,
  -- A JSON list; null where categories do not matter.
  categories text COLLATE "C",
  PRIMARY KEY (owner_id, app_id)
);

CREATE TABLE confirmation (
  hash text COLLATE "C" PRIMARY KEY,
  owner_id text COLLATE "C" NOT NULL,
  app_id text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX confirmation_by_expiry ON confirmation (expires_at);

CREATE TABLE once (
  owner_id text COLLATE "C" NOT NULL,
  app_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('running', 'done', 'erased')),
  result text COLLATE "C",
  expires_at bigint NOT NULL,
  PRIMARY KEY (owner_id, app_id, key)
);
CREATE INDEX once_by_expiry ON once (expires_at);

CREATE TABLE preference (
  owner_id text COLLATE "C" PRIMARY KEY,
  value text COLLATE "C" NOT NULL
);
`,
}

export const annotations: Migration = {
  name: 'annotations of memories',
  sql: `ALTER TABLE memory ADD COLUMN annotations text COLLATE "C" NOT NULL DEFAULT '{}'`,
}
