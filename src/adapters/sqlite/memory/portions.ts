/**
 * What concerns very many of an owner's memories is done in portions, each a transaction of its own: in one, everybody would wait for
 * it. Portions follow each other in the order of writing and take so many memories, and bytes of their texts, whatever of them is
 * changed: so a filter that few match makes no portion long. What is written after the beginning is not among them.
 */
import { setImmediate } from 'node:timers/promises'
import { bytesOf, upTo } from '../../../memory/stored/texts.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import type { Condition } from './conditions.ts'

/** How large a portion is at most: it ends with the memory that brings it to so many bytes. */
export interface PortionSize {
  readonly memories: number
  readonly bytes: number
}

/** By which the memories of a portion are found; any other index would be walked anew for each. */
export const inPortion = 'INDEXED BY memory_in_order'

/** Does `work` for each portion of the owner's memories `m`; between two of them others have their turn. */
export async function forEachPortion(
  db: Database,
  ownerId: OwnerId,
  { memories, bytes }: PortionSize,
  work: (among: Condition) => void | Promise<void>,
): Promise<void> {
  const last =
    db.get<{ seq: number | null }>(`SELECT max(seq) AS seq FROM memory WHERE owner_id = ?`, ownerId)?.seq ?? 0
  for (let after = 0; ; ) {
    const rows = db.all<{ seq: number; bytes: number }>(
      `SELECT m.seq AS seq, ${bytesOf} AS bytes FROM memory AS m ${inPortion}
        WHERE m.owner_id = ? AND m.seq > ? AND m.seq <= ? ORDER BY m.seq LIMIT ?`,
      ownerId,
      after,
      last,
      memories,
    )
    const to = rows[upTo(bytes, rows) - 1]?.seq
    if (to === undefined) return
    await work({ sql: 'm.seq > ? AND m.seq <= ?', values: [after, to] })
    after = to
    await setImmediate()
  }
}
