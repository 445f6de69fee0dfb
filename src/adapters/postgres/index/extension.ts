/**
 * pgvector where the server has it, and the column of vectors that goes with it. Vectors are a projection: when the server
 * gains or loses the extension they are dropped, and the job that embeds makes them anew.
 */
import { vectorTables } from '../../../memory/stored/tables.ts'
import type { Database, Sql } from '../database.ts'
import { isForbidden, sqlState } from '../errors.ts'
import type { Aside } from '../migrate.ts'

/** pgvector 0.7 has halfvec and its HNSW; before that the vectors are read by the process, as without the extension. */
const least = [0, 7] as const

/** Makes the extension if that is allowed, and the column of vectors. Within the migration's transaction. */
export async function prepareVectors(sql: Sql, aside: Aside, allowed: boolean): Promise<void> {
  const wanted = allowed && (await usable(sql, aside)) ? 'vector' : 'bytea'
  const [column] = await sql<{ type: string }[]>`
    SELECT format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = 'index_vector'::regclass AND attname = 'vector' AND NOT attisdropped`
  if (column?.type.split('.').at(-1) === wanted) return
  await sql.unsafe(`TRUNCATE ${vectorTables.join(', ')}`)
  await sql`ALTER TABLE index_vector DROP COLUMN IF EXISTS vector`
  await sql.unsafe(`ALTER TABLE index_vector ADD COLUMN vector ${wanted} NOT NULL`)
  await sql`UPDATE index_owner SET space = '', embedded_to = 0, vectors_to = 0, near = 0, version = version + 1 WHERE space <> ''`
}

async function usable(sql: Sql, aside: Aside): Promise<boolean> {
  const known = await knownExtension(sql)
  if (known === undefined || !isNew(known.installed ?? known.available)) return false
  return known.installed !== null || (await create(aside))
}

async function knownExtension(sql: Sql) {
  const [known] = await sql<{ installed: string | null; available: string }[]>`
    SELECT installed_version AS installed, default_version AS available
      FROM pg_available_extensions WHERE name = 'vector'`
  return known
}

/** In the schema that all can see. Whoever may not make it does without; a savepoint of ours would not do: the driver remembers the error. */
async function create(aside: Aside): Promise<boolean> {
  try {
    await aside(async (sql) => {
      await sql`CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public`
    })
    return true
  } catch (error) {
    if (!isForbidden(error) && sqlState(error) === undefined) throw error
    return false
  }
}

function isNew(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > least[0] || (major === least[0] && minor >= least[1])
}

/** A vector as pgvector reads it. */
export const vectorAsText = (vector: Float32Array): string => `[${vector.join(',')}]`

/** Why this schema's vectors are not pgvector's, in words; undefined where they are. */
export const lackOfExtension = (db: Database): Promise<string | undefined> =>
  db.run(async (sql) => {
    const [column] = await sql<{ type: string }[]>`
      SELECT format_type(atttypid, NULL) AS type FROM pg_attribute
       WHERE attrelid = 'index_vector'::regclass AND attname = 'vector' AND NOT attisdropped`
    if (column?.type !== 'bytea') return undefined
    const known = await knownExtension(sql)
    if (known === undefined) return 'this server has none'
    const version = known.installed ?? known.available
    return isNew(version) ? 'this role may not make the extension' : `${version} is older than ${least.join('.')}`
  })
