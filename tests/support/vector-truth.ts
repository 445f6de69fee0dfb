/** Whether the vectors in a database are those of its memories, where the model was `embedding-process`. */
import { DatabaseSync } from 'node:sqlite'
import postgres from 'postgres'
import { likenessOf } from '../../src/memory/index/codes.ts'
import { directionOf } from './embedding-process.ts'

interface Row {
  /** Null: the vector is nobody's. */
  readonly content: string | null
  readonly vector: Uint8Array | string | null
}

const everyMemoryAndVector = `
  SELECT m.content AS content, v.vector AS vector
    FROM memory AS m LEFT JOIN index_item AS i ON i.memory = m.seq
      LEFT JOIN index_vector AS v ON v.owner = i.owner AND v.ordinal = i.ordinal
   WHERE m.state <> 'deleted'
  UNION ALL SELECT NULL, v.vector FROM index_vector AS v WHERE NOT EXISTS (
    SELECT 1 FROM index_item AS i WHERE i.owner = v.owner AND i.ordinal = v.ordinal AND i.memory IS NOT NULL)`

/** Float32 numbers as bytes, or as pgvector writes them. */
const numbersOf = (vector: Uint8Array | string): Float32Array =>
  typeof vector === 'string'
    ? Float32Array.from(JSON.parse(vector) as number[])
    : new Float32Array(Uint8Array.from(vector).buffer)

/** The memories whose vector is not there or another's, and `a vector of nobody`. Throws where there are no memories. */
function wrongOf(rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) throw new Error('There are no memories to compare.')
  return rows.flatMap(({ content, vector }) => {
    if (content === null) return ['a vector of nobody']
    const right = vector !== null && likenessOf(numbersOf(vector), directionOf(content)) > 0.999
    return right ? [] : [content]
  })
}

export function wrongVectorsInSqlite(path: string): readonly string[] {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return wrongOf(db.prepare(everyMemoryAndVector).all() as unknown as Row[])
  } finally {
    db.close()
  }
}

export async function wrongVectorsInPostgres(url: string, schema = 'souvenir'): Promise<readonly string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connection: { search_path: `${schema}, public` } })
  try {
    return wrongOf((await sql.unsafe(everyMemoryAndVector)) as unknown as Row[])
  } finally {
    await sql.end()
  }
}

/** Asks until nothing is wrong, for `seconds` at most; what is wrong then. */
export async function wrongInTheEnd(
  ask: () => Promise<readonly string[]> | readonly string[],
  seconds: number,
): Promise<readonly string[]> {
  const end = Date.now() + seconds * 1_000
  for (;;) {
    const wrong = await ask()
    if (wrong.length === 0 || Date.now() > end) return wrong
    await Bun.sleep(200)
  }
}
