import type { Migration } from '../../../shared/migrations.ts'

/**
 * The authorization server's tables. `body` is the port's record as JSON; what is asked for or must be unique stands beside
 * it in a column with an index. `expires_at` is Unix seconds, and every table that has it is swept along that index.
 */
export const oidcMigrations: readonly Migration[] = [
  {
    name: 'clients, authorizations, codes, refresh tokens, grants, sessions, users, console codes, replays, revocations',
    sql: `
      CREATE TABLE client (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, expires_at INTEGER, body TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX client_by_kind ON client (kind, expires_at);
      CREATE INDEX client_by_expiry ON client (expires_at) WHERE expires_at IS NOT NULL;

      CREATE TABLE authorization (
        id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX authorization_by_expiry ON authorization (expires_at);

      -- A spent code has no body: only the mark by which a replay is known.
      CREATE TABLE code (
        hash TEXT PRIMARY KEY, family_id TEXT NOT NULL, grant_id TEXT NOT NULL, expires_at INTEGER NOT NULL, body TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX code_by_expiry ON code (expires_at);
      CREATE INDEX code_by_family ON code (family_id);
      CREATE INDEX code_by_grant ON code (grant_id);

      -- rotated_at: when it was spent. grace_over: a successor of it was used.
      CREATE TABLE refresh_token (
        hash TEXT PRIMARY KEY, family_id TEXT NOT NULL, grant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        predecessor TEXT, rotated_at INTEGER, grace_over INTEGER NOT NULL DEFAULT 0,
        expires_at INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX refresh_token_by_expiry ON refresh_token (expires_at);
      CREATE INDEX refresh_token_by_family ON refresh_token (family_id);
      CREATE INDEX refresh_token_by_grant ON refresh_token (grant_id);
      CREATE TABLE revoked_family (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX revoked_family_by_expiry ON revoked_family (expires_at);

      -- grant is a word of SQL.
      CREATE TABLE consent (
        id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, client_id TEXT NOT NULL, updated_at INTEGER NOT NULL, body TEXT NOT NULL,
        UNIQUE (owner_id, client_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX consent_by_client ON consent (client_id);

      CREATE TABLE session (
        id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX session_by_expiry ON session (expires_at);

      CREATE TABLE user (id TEXT PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX user_by_name ON user (name);
      CREATE TABLE identity (
        position INTEGER PRIMARY KEY, provider TEXT NOT NULL, subject TEXT NOT NULL,
        user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        UNIQUE (provider, subject)
      ) STRICT;
      CREATE INDEX identity_by_user ON identity (user_id);

      CREATE TABLE console_code (
        selector TEXT NOT NULL, hash TEXT NOT NULL, owner_id TEXT NOT NULL, tries_left INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (selector, hash)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX console_code_by_expiry ON console_code (expires_at);

      CREATE TABLE replay (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX replay_by_expiry ON replay (expires_at);

      -- AUTOINCREMENT: a cursor never points at a number that is given again after a sweep.
      CREATE TABLE revocation (
        number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, target TEXT NOT NULL, expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX revocation_by_expiry ON revocation (expires_at);
    `,
  },
  { name: 'people are found by identity, not by name', sql: 'DROP INDEX user_by_name' },
  {
    // What a use of the successor wrote into its predecessor's row is now read there: a refresh writes one row less.
    name: 'a spent refresh token names its successor',
    sql: 'ALTER TABLE refresh_token ADD COLUMN successor TEXT',
  },
  {
    // A refresh writes the page of the spent token and that of its successor. What their family has in common (of which the body
    // is most) is not written again, and no index of it changes: to end a family is to delete its one row.
    name: 'what the refresh tokens of a family have in common stands once',
    sql: `
      -- expires_at: not before any of its tokens does, in whole days, so that a refresh mostly leaves it as it is.
      CREATE TABLE refresh_family (
        id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, expires_at INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO refresh_family SELECT family_id, grant_id, max(expires_at), body FROM refresh_token GROUP BY family_id;
      CREATE INDEX refresh_family_by_expiry ON refresh_family (expires_at);
      CREATE INDEX refresh_family_by_grant ON refresh_family (grant_id);

      -- Without its family a token is nobody's.
      CREATE TABLE token_of_family (
        hash TEXT PRIMARY KEY, family_id TEXT NOT NULL, predecessor TEXT, successor TEXT, rotated_at INTEGER,
        grace_over INTEGER NOT NULL DEFAULT 0, expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO token_of_family
        SELECT hash, family_id, predecessor, successor, rotated_at, grace_over, expires_at FROM refresh_token;
      DROP TABLE refresh_token;
      ALTER TABLE token_of_family RENAME TO refresh_token;
      CREATE INDEX refresh_token_by_expiry ON refresh_token (expires_at);
    `,
  },
]
