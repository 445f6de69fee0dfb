/** Marks of erased accounts: see memory/stored/erasure. */
import { assertAskedAfter, erasureKey, keepErasureMs } from '../../../memory/stored/erasure.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Fragment, Sql, Transaction } from '../database.ts'

export async function markErased({ sql, ownerId }: Transaction, at: number): Promise<void> {
  await sql`DELETE FROM erasure WHERE at < ${at - keepErasureMs}`
  await sql`INSERT INTO erasure (owner, at) VALUES (${erasureKey(ownerId)}, ${at})
    ON CONFLICT (owner) DO UPDATE SET at = excluded.at`
}

/** When the owner's account was erased, as a value of a statement; null where it was not. */
export const erasedAt = (sql: Sql, ownerId: OwnerId): Fragment =>
  sql`(SELECT at FROM erasure WHERE owner = ${erasureKey(ownerId)})`

/** Inside the transaction of a write that was asked for at `at`. @throws Fault `conflict` */
export async function assertNotErasedSince({ sql, ownerId }: Transaction, at: number): Promise<void> {
  const [row] = await sql<{ at: number | null }[]>`SELECT ${erasedAt(sql, ownerId)} AS at`
  assertAskedAfter(row?.at, at)
}
