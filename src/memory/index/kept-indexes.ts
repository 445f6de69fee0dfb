import type { OwnerId } from '../../shared/brand.ts'
import { type Generation, KeptIndex } from './kept-index.ts'

/** Indexes of the owners that were asked last are kept as long as they take no more than this together. */
const mostBytesUsually = 96 * 1024 * 1024

export class KeptIndexes {
  private readonly kept = new Map<OwnerId, { readonly index: KeptIndex; readonly bytes: number }>()
  private readonly mostBytes: number
  private bytes = 0

  constructor(mostBytes = mostBytesUsually) {
    this.mostBytes = mostBytes
  }

  /** What is kept of this index of the owner; an empty one where there is none. */
  of(ownerId: OwnerId, generation: Generation): KeptIndex {
    const known = this.kept.get(ownerId)?.index
    const index = known?.isOf(generation) ? known : new KeptIndex(generation)
    this.keep(ownerId, index)
    return index
  }

  /** What is kept of the owner's index, whatever it is by now; undefined where nothing was read yet. */
  known(ownerId: OwnerId): KeptIndex | undefined {
    const index = this.kept.get(ownerId)?.index
    return index === undefined || index.version < 0 ? undefined : index
  }

  /**
   * Weighs the owner's index anew, called when it was brought forward and when a search ends, and drops those of the owners that
   * were asked longest ago, but never this one's.
   */
  forgetOldest(ownerId: OwnerId): void {
    const index = this.kept.get(ownerId)?.index
    if (index !== undefined) this.keep(ownerId, index)
    for (const [oldest, { bytes }] of this.kept) {
      if (this.bytes <= this.mostBytes || oldest === ownerId) return
      this.kept.delete(oldest)
      this.bytes -= bytes
    }
  }

  private keep(ownerId: OwnerId, index: KeptIndex): void {
    const { bytes } = index
    this.bytes += bytes - (this.kept.get(ownerId)?.bytes ?? 0)
    this.kept.delete(ownerId)
    this.kept.set(ownerId, { index, bytes })
  }
}
