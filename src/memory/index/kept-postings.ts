import type { PackedBlock } from './postings.ts'

/** Some words are asked for again and again: as many bytes of an owner's postings stay in the process. */
const mostBytes = 4 * 1024 * 1024
/** What a term takes besides its bytes. */
const bytesOfTerm = 200

const sizeOf = (term: string, blocks: readonly PackedBlock[]): number =>
  blocks.reduce((sum, { data }) => sum + data.byteLength, bytesOfTerm + term.length)

/** Packed postings of an owner's terms, those that were asked last. */
export class KeptPostings {
  bytes = 0
  private readonly kept = new Map<string, readonly PackedBlock[]>()

  has(term: string): boolean {
    return this.kept.has(term)
  }

  /** None for a term that no item has; undefined where it is not known. */
  get(term: string): readonly PackedBlock[] | undefined {
    const blocks = this.kept.get(term)
    if (blocks === undefined) return undefined
    this.kept.delete(term)
    this.kept.set(term, blocks)
    return blocks
  }

  keep(term: string, blocks: readonly PackedBlock[]): void {
    if (this.kept.has(term)) return
    this.kept.set(term, blocks)
    this.bytes += sizeOf(term, blocks)
    for (const [oldest, its] of this.kept) {
      if (this.bytes <= mostBytes) return
      this.kept.delete(oldest)
      this.bytes -= sizeOf(oldest, its)
    }
  }
}
