/** What a process keeps of the codes of an owner's vectors and passages, brought forward as the index of words is. */
import { CodeTable } from './code-table.ts'
import { codeFrom } from './codes.ts'
import { PassageCodes, type PassageLikeness } from './passages.ts'

export interface CodeRow {
  readonly ordinal: number
  readonly code: Uint8Array
  /** Of the passage that ends at the item; null where none does. */
  readonly passage: Uint8Array | null
}

/** The codes of an owner's vectors in one space. */
export class KeptCodes {
  space = ''
  version = -1
  table: CodeTable | undefined
  private passages = new PassageCodes()

  get bytes(): number {
    return (this.table?.bytes ?? 0) + this.passages.bytes
  }

  /** Codes of another model cannot be compared: they go. */
  begin(space: string): void {
    if (space === this.space) return
    this.space = space
    this.version = -1
    this.table = undefined
    this.passages = new PassageCodes()
  }

  /** How alike the passages in a space are to a vector. */
  passageLikeness(vector: Float32Array, space: string): PassageLikeness {
    return space === this.space ? this.passages.likenessTo(vector) : () => undefined
  }

  /** Takes in the codes of the passages that end at items, as they are now. */
  setPassages(ends: readonly number[], codes: ReadonlyMap<number, Uint8Array>): void {
    for (const end of ends) this.passages.put(end, codes.get(end) ?? null)
  }

  /** Takes in the codes that changed after `version`. */
  bringForward(version: number, codes: readonly CodeRow[]): void {
    for (const { ordinal, code, passage } of codes) {
      this.passages.put(ordinal, passage)
      const words = codeFrom(code)
      this.table ??= new CodeTable(words.length)
      if (words.length === this.table.words) this.table.put(ordinal, words)
    }
    this.version = version
  }
}
