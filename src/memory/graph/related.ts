/** Which memories are related to one through the entities that they share. Pure. */
import type { MemoryId } from '../../shared/brand.ts'
import type { Entity, Shared } from './ports.ts'

export interface RelatedMemory {
  readonly memoryId: MemoryId
  /** What both mention, the rarest first. */
  readonly shared: readonly Entity[]
}

/** A share counts the more, the fewer memories mention it; in whole numbers, so that no engine rounds another way. */
const unit = 1_000_000

/** The best first; among equals the newest. */
export function rankRelated(shares: readonly Shared[], limit: number): readonly RelatedMemory[] {
  const mentions = Map.groupBy(shares, ({ key }) => key)
  const weight = (key: string) => Math.floor(unit / Math.max(1, mentions.get(key)?.length ?? 1))
  const memories = [...Map.groupBy(shares, ({ memoryId }) => memoryId)].map(([memoryId, found]) => ({
    memoryId,
    seq: found[0]?.seq ?? 0,
    score: found.reduce((sum, { key }) => sum + weight(key), 0),
    shared: found
      .toSorted((a, b) => weight(b.key) - weight(a.key) || (a.key < b.key ? -1 : 1))
      .map(({ key, name, kind }) => ({ key, name, kind })),
  }))
  return memories
    .toSorted((a, b) => b.score - a.score || b.seq - a.seq)
    .slice(0, limit)
    .map(({ memoryId, shared }) => ({ memoryId, shared }))
}
