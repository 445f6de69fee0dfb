/** Marks of erased accounts: see memory/stored/erasure. */
import { assertAskedAfter, erasureKey, keepErasureMs } from '../../../memory/stored/erasure.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'

export function markErased(db: Database, ownerId: OwnerId, at: number): void {
  db.run('DELETE FROM erasure WHERE at < ?', at - keepErasureMs)
  db.run(
    'INSERT INTO erasure (owner, at) VALUES (?, ?) ON CONFLICT (owner) DO UPDATE SET at = excluded.at',
    erasureKey(ownerId),
    at,
  )
}

/** Inside the transaction of a write that was asked for at `at`. @throws Fault `conflict` */
export function assertNotErasedSince(db: Database, ownerId: OwnerId, at: number): void {
  assertAskedAfter(db.get<{ at: number }>('SELECT at FROM erasure WHERE owner = ?', erasureKey(ownerId))?.at, at)
}
