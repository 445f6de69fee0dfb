/** The outbox in SQLite: see memory/jobs/ports.ts for what it promises. */
import type { Job, JobKind, Outbox } from '../../../memory/jobs/ports.ts'
import {
  deadJobOf,
  type JobRow,
  type JobsStateRow,
  jobKeyOf,
  jobOf,
  jobsStateOf,
  resubscribed,
  wholeOwner,
} from '../../../memory/stored/job.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Migration } from '../../../shared/migrations.ts'
import type { Database } from '../database.ts'
import type { Condition } from './conditions.ts'

export const outboxTables: Migration = {
  name: 'outbox of jobs',
  sql: `
CREATE TABLE job_kind (kind TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
-- memory_id '' is the whole owner. due_at: when it may be taken; a lease moves it on. dead: it was given up. reason: of its last failure.
CREATE TABLE job (
  kind TEXT NOT NULL, owner_id TEXT NOT NULL, memory_id TEXT NOT NULL, revision INTEGER NOT NULL, attempts INTEGER NOT NULL,
  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, leased INTEGER NOT NULL,
  dead INTEGER NOT NULL DEFAULT 0, reason TEXT,
  PRIMARY KEY (kind, owner_id, memory_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_by_due ON job (kind, dead, due_at);
CREATE INDEX job_by_owner ON job (kind, dead, owner_id, due_at);
CREATE INDEX job_by_age ON job (kind, dead, created_at);
`,
}

/** A job that is asked for again: counted from anew, unless somebody runs it, who will see that it has another revision. */
const again = `ON CONFLICT (kind, owner_id, memory_id) DO UPDATE SET revision = revision + 1, attempts = 0, dead = 0,
  due_at = iif(leased = 1 AND dead = 0, due_at, excluded.due_at)`

/** Writes a memory's jobs, within the transaction that changes it: of these kinds those that are subscribed. */
export function writeJobs(
  db: Database,
  ownerId: OwnerId,
  memoryId: MemoryId,
  kinds: readonly JobKind[],
  at: number,
): void {
  for (const kind of kinds) {
    db.run(
      `INSERT INTO job (kind, owner_id, memory_id, revision, attempts, created_at, due_at, leased)
       SELECT kind, ?, ?, 1, 0, ?, ?, 0 FROM job_kind WHERE kind = ? ${again}`,
      ownerId,
      memoryId,
      at,
      at,
      kind,
    )
  }
}

const ofAll: Condition = { sql: '1', values: [] }

/**
 * What runs for a graph elsewhere has read what is being erased, and may write it after the graph was cleared: it is to run once more.
 * By kind, then by owner: as the table is ordered.
 */
export function dropJobs(db: Database, ownerId: OwnerId, { sql, values }: Condition = ofAll): void {
  const theirs = `kind IN (SELECT kind FROM job_kind) AND owner_id = ? AND ${sql}`
  db.run(`DELETE FROM job WHERE ${theirs} AND NOT (kind = 'graph' AND leased = 1)`, ownerId, ...values)
  db.run(`UPDATE job SET revision = revision + 1, dead = 0 WHERE ${theirs}`, ownerId, ...values)
}

export function sqliteOutbox(db: Database): Outbox {
  const onJob = (sql: string, job: Job, ...values: readonly (string | number | null)[]) => {
    const { kind, owner_id, memory_id } = jobKeyOf(job)
    return db.run(`${sql} kind = ? AND owner_id = ? AND memory_id = ?`, ...values, kind, owner_id, memory_id)
  }

  function renew(kind: JobKind, ownerId: OwnerId | undefined, at: number): number {
    const owners =
      ownerId === undefined
        ? db.all<{ owner_id: OwnerId }>('SELECT DISTINCT owner_id FROM memory')
        : [{ owner_id: ownerId }]
    for (const { owner_id } of owners) {
      db.run("DELETE FROM job WHERE kind = ? AND owner_id = ? AND memory_id <> '' AND dead = 1", kind, owner_id)
      writeJobs(db, owner_id, wholeOwner, [kind], at)
    }
    return owners.length
  }

  return {
    subscribe: async (kinds, at) =>
      db.transaction(() => {
        const known = db.all<{ kind: JobKind }>('SELECT kind FROM job_kind').map(({ kind }) => kind)
        const { ended, begun } = resubscribed(known, kinds)
        for (const kind of ended) {
          db.run('DELETE FROM job WHERE kind = ?', kind)
          db.run('DELETE FROM job_kind WHERE kind = ?', kind)
        }
        for (const kind of begun) {
          db.run('INSERT INTO job_kind (kind) VALUES (?)', kind)
          renew(kind, undefined, at)
        }
      }),

    claim: async (kind, count, at, leaseMs) =>
      db.transaction(() => {
        const first = db.get<{ owner_id: OwnerId }>(
          'SELECT owner_id FROM job WHERE kind = ? AND dead = 0 AND due_at <= ? ORDER BY due_at LIMIT 1',
          kind,
          at,
        )
        if (first === undefined) return []
        const rows = db.all<JobRow>(
          `SELECT kind, owner_id, memory_id, revision, attempts FROM job INDEXED BY job_by_owner
            WHERE kind = ? AND dead = 0 AND due_at <= ? AND owner_id = ? ORDER BY due_at LIMIT ?`,
          kind,
          at,
          first.owner_id,
          count,
        )
        const jobs = rows.map(jobOf)
        for (const job of jobs) onJob('UPDATE job SET due_at = ?, leased = 1 WHERE', job, at + leaseMs)
        return jobs
      }),

    extend: async (jobs, at, leaseMs) =>
      db.transaction(() => {
        for (const job of jobs)
          onJob('UPDATE job SET due_at = ? WHERE leased = 1 AND due_at > ? AND', job, at + leaseMs, at)
      }),

    done: async (jobs, at) =>
      db.transaction(() => {
        for (const job of jobs) {
          const gone = onJob('DELETE FROM job WHERE revision = ? AND', job, job.revision)
          if (gone === 0) onJob('UPDATE job SET due_at = ?, created_at = ?, leased = 0 WHERE', job, at, at)
        }
      }),

    release: async (jobs, dueAt, reason) =>
      db.transaction(() => {
        for (const job of jobs) {
          onJob(
            'UPDATE job SET due_at = ?, leased = 0, attempts = attempts + ?, reason = coalesce(?, reason) WHERE',
            job,
            dueAt,
            reason === undefined ? 0 : 1,
            reason ?? null,
          )
        }
      }),

    bury: async (job, reason) =>
      db.transaction(() => {
        onJob('UPDATE job SET dead = 1, reason = ?, leased = 0, attempts = attempts + 1 WHERE', job, reason)
      }),

    renew: async (kind, ownerId, at) => db.transaction(() => renew(kind, ownerId, at)),

    spread: async (kind, ownerId, at) =>
      db.transaction(() => {
        db.run(
          `INSERT INTO job (kind, owner_id, memory_id, revision, attempts, created_at, due_at, leased)
           SELECT k.kind, m.owner_id, m.id, 1, 0, ?, ?, 0 FROM memory AS m JOIN job_kind AS k ON k.kind = ?
            WHERE m.owner_id = ? AND m.state <> 'deleted' ${again}`,
          at,
          at,
          kind,
          ownerId,
        )
      }),

    waits: async (kind, ownerId) =>
      db.get('SELECT 1 FROM job WHERE kind = ? AND dead = 0 AND owner_id = ? LIMIT 1', kind, ownerId) !== undefined,

    async state(at) {
      const rows = db.all<JobsStateRow>(
        `SELECT k.kind AS kind,
            (SELECT count(*) FROM job WHERE kind = k.kind AND dead = 0) AS waiting,
            (SELECT count(*) FROM job WHERE kind = k.kind AND dead = 1) AS dead,
            (SELECT min(created_at) FROM job WHERE kind = k.kind AND dead = 0) AS oldest
           FROM job_kind AS k ORDER BY k.kind`,
      )
      return rows.map((row) => jobsStateOf(row, at))
    },

    async dead(limit) {
      const rows = db.all<JobRow & { reason: string | null }>(
        `SELECT j.kind, j.owner_id, j.memory_id, j.revision, j.attempts, j.reason
           FROM job_kind AS k CROSS JOIN job AS j ON j.kind = k.kind AND j.dead = 1
          ORDER BY j.kind, j.owner_id, j.memory_id LIMIT ?`,
        limit,
      )
      return rows.map(deadJobOf)
    },
  }
}
