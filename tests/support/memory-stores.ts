/** The memories that tests over HTTP stand on: SQLite in a fresh folder, or Postgres with `MEMORY_STORE=postgres` and DATABASE_URL. */
import { postgresSchema } from './memory-engines.ts'

const schemas = new Map<string, ReturnType<typeof postgresSchema>>()

/** What the environment has to say for a deployment on `dataDir`; the same folder has the same memories again. */
export function memoryVariables(dataDir: string): Record<string, string> {
  const engine = process.env.MEMORY_STORE ?? 'sqlite'
  if (engine === 'sqlite') return {}
  if (engine !== 'postgres') throw new Error(`MEMORY_STORE is sqlite or postgres, not ${engine}`)
  const url = process.env.DATABASE_URL
  if (url === undefined) throw new Error('MEMORY_STORE=postgres needs DATABASE_URL')
  const schema = schemas.get(dataDir) ?? postgresSchema(url)
  schemas.set(dataDir, schema)
  return { DATABASE_URL: schema.url }
}

/** Leaves nothing behind in the database. */
export async function dropSchemas(): Promise<void> {
  for (const { drop } of schemas.values()) await drop()
  schemas.clear()
}
