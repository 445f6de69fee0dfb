/** The outbox in Postgres: see memory/jobs/ports.ts for what it promises. */
import type { JobKind, Outbox } from '../../../memory/jobs/ports.ts'
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
import type { Database, Sql, Transaction } from '../database.ts'
import { deleteInPages } from '../delete-in-pages.ts'

export const outboxTables: Migration = {
  name: 'outbox of jobs',
  sql: `
CREATE TABLE job_kind (kind text COLLATE "C" PRIMARY KEY);
-- memory_id '' is the whole owner. due_at: when it may be taken; a lease moves it on. dead: it was given up. reason: of its last failure.
CREATE TABLE job (
  kind text COLLATE "C" NOT NULL,
  owner_id text COLLATE "C" NOT NULL,
  memory_id text COLLATE "C" NOT NULL,
  revision integer NOT NULL,
  attempts integer NOT NULL,
  created_at bigint NOT NULL,
  due_at bigint NOT NULL,
  leased boolean NOT NULL,
  dead boolean NOT NULL DEFAULT false,
  reason text COLLATE "C",
  PRIMARY KEY (kind, owner_id, memory_id)
);
CREATE INDEX job_by_due ON job (kind, dead, due_at);
CREATE INDEX job_by_owner ON job (kind, dead, owner_id, due_at);
CREATE INDEX job_by_age ON job (kind, dead, created_at);
`,
}

/** A job that is asked for again: counted from anew, unless somebody runs it, who will see that it has another revision. */
const again = (sql: Sql) => sql`ON CONFLICT (kind, owner_id, memory_id) DO UPDATE SET revision = job.revision + 1,
  attempts = 0, dead = false, due_at = CASE WHEN job.leased AND NOT job.dead THEN job.due_at ELSE excluded.due_at END`

/** Writes memories' jobs, within the transaction that changes them: of these kinds those that are subscribed. */
export async function writeJobs(
  { sql, ownerId }: Transaction,
  memories: readonly { readonly id: MemoryId; readonly kinds: readonly JobKind[] }[],
  at: number,
): Promise<void> {
  const rows = memories.flatMap(({ id, kinds }) => kinds.map((kind) => ({ kind, memory_id: id })))
  await sql`INSERT INTO job (kind, owner_id, memory_id, revision, attempts, created_at, due_at, leased)
    SELECT k.kind, ${ownerId}, x.memory_id, 1, 0, ${at}, ${at}, false
      FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS x (kind text, memory_id text)
      JOIN job_kind AS k ON k.kind = x.kind ${again(sql)}`
}

/**
 * What runs for a graph elsewhere has read what is being erased, and may write it after the graph was cleared: it is to run once more.
 * By kind, then by owner: as the table's key is ordered.
 */
export const dropJobs = async (transaction: Transaction): Promise<void> => {
  const { sql, ownerId } = transaction
  const theirs = sql`kind IN (SELECT kind FROM job_kind) AND owner_id = ${ownerId}`
  await deleteInPages(transaction, 'job', sql`${theirs} AND NOT (kind = 'graph' AND leased)`)
  await sql`UPDATE job SET revision = revision + 1, dead = false WHERE ${theirs}`
}

export function postgresOutbox(db: Database): Outbox {
  return {
    async subscribe(kinds, at) {
      const known = await db.run(kindsOf)
      if (Object.values(resubscribed(known, kinds)).every(({ length }) => length === 0)) return
      await db.exclusive(async (sql) => {
        const { ended, begun } = resubscribed(await kindsOf(sql), kinds)
        for (const kind of ended) {
          await sql`DELETE FROM job WHERE kind = ${kind}`
          await sql`DELETE FROM job_kind WHERE kind = ${kind}`
        }
        for (const kind of begun) {
          await sql`INSERT INTO job_kind (kind) VALUES (${kind})`
          await renew(sql, kind, undefined, at)
        }
      })
    },

    claim: (kind, count, at, leaseMs) =>
      db.transaction(async (sql) => {
        // Rows that another process is about to take are passed over, not waited for.
        const [first] = await sql<JobRow[]>`SELECT * FROM job WHERE kind = ${kind} AND NOT dead AND due_at <= ${at}
          ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`
        if (first === undefined) return []
        const rows = await sql<JobRow[]>`
          WITH taken AS (
            SELECT memory_id FROM job
             WHERE kind = ${kind} AND NOT dead AND due_at <= ${at} AND owner_id = ${first.owner_id}
             ORDER BY memory_id <> ${first.memory_id}, due_at LIMIT ${count} FOR UPDATE SKIP LOCKED)
          UPDATE job SET due_at = ${at + leaseMs}, leased = true
           WHERE kind = ${kind} AND owner_id = ${first.owner_id} AND memory_id IN (SELECT memory_id FROM taken)
          RETURNING kind, owner_id, memory_id, revision, attempts`
        return rows.map(jobOf)
      }),

    extend: (jobs, at, leaseMs) =>
      db.run(async (sql) => {
        await sql`UPDATE job AS j SET due_at = ${at + leaseMs}
          FROM json_populate_recordset(NULL::job, ${keysOf(jobs)}::text::json) AS x
         WHERE ${sameJob(sql)} AND j.leased AND j.due_at > ${at}`
      }),

    done: (jobs, at) =>
      db.run(async (sql) => {
        await sql`
          WITH x AS (SELECT * FROM json_populate_recordset(NULL::job, ${keysOf(jobs)}::text::json)),
            gone AS (DELETE FROM job AS j USING x WHERE ${sameJob(sql)} AND j.revision = x.revision)
          UPDATE job AS j SET due_at = ${at}, created_at = ${at}, leased = false FROM x
           WHERE ${sameJob(sql)} AND j.revision <> x.revision`
      }),

    release: (jobs, dueAt, reason) =>
      db.run(async (sql) => {
        await sql`UPDATE job AS j SET due_at = ${dueAt}, leased = false,
            attempts = j.attempts + ${reason === undefined ? 0 : 1}, reason = coalesce(${reason ?? null}, j.reason)
          FROM json_populate_recordset(NULL::job, ${keysOf(jobs)}::text::json) AS x WHERE ${sameJob(sql)}`
      }),

    bury: (job, reason) =>
      db.run(async (sql) => {
        await sql`UPDATE job AS j SET dead = true, reason = ${reason}, leased = false, attempts = j.attempts + 1
          FROM json_populate_recordset(NULL::job, ${keysOf([job])}::text::json) AS x WHERE ${sameJob(sql)}`
      }),

    renew: (kind, ownerId, at) => db.transaction((sql) => renew(sql, kind, ownerId, at)),

    spread: (kind, ownerId, at) =>
      db.run(async (sql) => {
        await sql`INSERT INTO job (kind, owner_id, memory_id, revision, attempts, created_at, due_at, leased)
          SELECT k.kind, m.owner_id, m.id, 1, 0, ${at}, ${at}, false
            FROM memory AS m JOIN job_kind AS k ON k.kind = ${kind}
           WHERE m.owner_id = ${ownerId} AND m.state <> 'deleted' ${again(sql)}`
      }),

    waits: (kind, ownerId) =>
      db.run(async (sql) => {
        const rows = await sql`SELECT 1 FROM job WHERE kind = ${kind} AND NOT dead AND owner_id = ${ownerId} LIMIT 1`
        return rows.length > 0
      }),

    state: (at) =>
      db.run(async (sql) => {
        const rows = await sql<JobsStateRow[]>`
          SELECT k.kind, (SELECT count(*) FROM job WHERE kind = k.kind AND NOT dead) AS waiting,
              (SELECT count(*) FROM job WHERE kind = k.kind AND dead) AS dead,
              (SELECT min(created_at) FROM job WHERE kind = k.kind AND NOT dead) AS oldest
            FROM job_kind AS k ORDER BY k.kind`
        return rows.map((row) => jobsStateOf(row, at))
      }),

    dead: (limit) =>
      db.run(async (sql) => {
        const rows = await sql<(JobRow & { reason: string | null })[]>`
          SELECT j.kind, j.owner_id, j.memory_id, j.revision, j.attempts, j.reason
            FROM job_kind AS k JOIN job AS j ON j.kind = k.kind AND j.dead
           ORDER BY j.kind, j.owner_id, j.memory_id LIMIT ${limit}`
        return rows.map(deadJobOf)
      }),
  }
}

async function kindsOf(sql: Sql): Promise<readonly JobKind[]> {
  return (await sql<{ kind: JobKind }[]>`SELECT kind FROM job_kind`).map(({ kind }) => kind)
}

async function renew(sql: Sql, kind: JobKind, ownerId: OwnerId | undefined, at: number): Promise<number> {
  const owners =
    ownerId === undefined ? sql`(SELECT DISTINCT owner_id FROM memory)` : sql`(SELECT ${ownerId}::text AS owner_id)`
  await sql`DELETE FROM job AS j USING ${owners} AS o
    WHERE j.kind = ${kind} AND j.owner_id = o.owner_id AND j.memory_id <> '' AND j.dead`
  await sql`INSERT INTO job (kind, owner_id, memory_id, revision, attempts, created_at, due_at, leased)
    SELECT k.kind, o.owner_id, ${wholeOwner}, 1, 0, ${at}, ${at}, false
      FROM ${owners} AS o JOIN job_kind AS k ON k.kind = ${kind} ${again(sql)}`
  const [counted] = await sql<{ count: number }[]>`SELECT count(*) AS count FROM ${owners} AS o`
  return counted?.count ?? 0
}

const keysOf = (jobs: readonly (Parameters<typeof jobKeyOf>[0] & { readonly revision?: number })[]): string =>
  JSON.stringify(jobs.map((job) => ({ ...jobKeyOf(job), revision: job.revision })))

const sameJob = (sql: Sql) => sql`j.kind = x.kind AND j.owner_id = x.owner_id AND j.memory_id = x.memory_id`
