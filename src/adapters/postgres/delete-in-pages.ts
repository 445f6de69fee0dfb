/** Deleting rows of which nobody knows how many there are: no statement takes long, and the wait for the transaction begins anew with each. */
import type { Fragment, Transaction } from './database.ts'

/** So many rows are deleted by one statement: a fraction of a second, where texts are long a few. */
const page = 5_000

/**
 * Deletes the rows of a table for which `where` holds. They are found once, by a cursor: who looked for the next ones anew each time
 * would walk past all those that are gone, which their transaction leaves in the indexes.
 */
export async function deleteInPages({ sql, goesOn }: Transaction, table: string, where: Fragment): Promise<void> {
  const next = () => sql.unsafe<{ ctid: string }[]>(`FETCH ${page} FROM to_delete`).execute()
  const declared = sql`DECLARE to_delete NO SCROLL CURSOR FOR SELECT ctid FROM ${sql(table)} WHERE ${where}`.execute()
  let [, rows] = await Promise.all([declared, next()])
  let moved = 0
  while (rows.length > 0) {
    const places = rows.map(({ ctid }) => ctid)
    const deleted = await sql`DELETE FROM ${sql(table)} WHERE ctid = ANY(${places}::text[]::tid[])`
    moved += rows.length - deleted.count
    goesOn()
    rows = await next()
  }
  await sql`CLOSE to_delete`
  // Those that somebody has changed since, as who takes or prolongs a lease: they are few, and elsewhere now.
  if (moved > 0) await sql`DELETE FROM ${sql(table)} WHERE ${where}`
}
