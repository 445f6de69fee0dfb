/** The mark that an erased account leaves for a while, of the same shape in every SQL engine, and what it means. Pure. */
import type { OwnerId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { sha256 } from '../../shared/hash.ts'
import type { Migration } from '../../shared/migrations.ts'

/** A row says when, and whose by a hash: nothing else is left of a person. */
export const erasureMarks: Migration = {
  name: 'marks of erased accounts',
  sql: `
CREATE TABLE erasure (
  owner TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
CREATE INDEX erasure_by_time ON erasure (at);
`,
}

/** Longer than any request takes: nothing that was asked before can still be written then. */
export const keepErasureMs = 24 * 60 * 60_000

/**
 * Where an erasure takes several transactions, so long at most nothing is written that is asked for after it began: what ends in between
 * is to be asked for again.
 */
export const erasureMs = 10 * 60_000

export const erasureKey = (ownerId: OwnerId): string => sha256(ownerId)

/**
 * A request may have waited while its owner's account was erased; what it writes would stay behind. Whoever comes back begins anew.
 * @throws Fault `conflict` (`account_erased`) for what was asked before
 */
export function assertAskedAfter(erasedAt: number | null | undefined, at: number): void {
  if (erasedAt === null || erasedAt === undefined || at >= erasedAt) return
  throw new Fault('conflict', 'The account was erased while this request waited. Nothing was written.', {
    code: 'account_erased',
  })
}
