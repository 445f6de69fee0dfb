/** What a process keeps of the codes of an owner's vectors and passages, brought forward as the index of words is. */
import { CodeTable } from './code-table.ts'
import { codeFrom } from './codes.ts'
import { PassageCodes, type PassageLikeness } from './passages.ts'
import { RoundedVectors } from './rounded-vectors.ts'

/** Of 32 numbers, of which a code has a word. */
const bytesOfWord = 128

export interface CodeRow {
  readonly ordinal: number
  readonly code: Uint8Array
  /** Of the passage that ends at the item; null where none does. */
  readonly passage: Uint8Array | null
  /** See `roundedBytes`; null or absent where the engine has none of the item, or none is asked for. */
  readonly rounded?: Uint8Array | null
}

/** The codes of an owner's vectors in one space. */
export class KeptCodes {
  space = ''
  version = -1
  table: CodeTable | undefined
  /** None where the engine compares vectors itself. */
  rounded = new RoundedVectors()
  /** Vectors that each search compares whole, by ordinal. */
  readonly whole = new Map<number, Float32Array>()
  /** Items of which the engine has no rounded vector: searches read some of them whole, and round them. */
  readonly unrounded: number[] = []
  private roundedTo = 0
  private passages = new PassageCodes()

  get bytes(): number {
    const { table, passages, rounded, whole } = this
    const ofWhole = whole.size * (table?.words ?? 0) * bytesOfWord
    return (table?.bytes ?? 0) + passages.bytes + rounded.bytes + ofWhole
  }

  /** Codes of another model cannot be compared: they go. */
  begin(space: string): void {
    if (space === this.space) return
    this.space = space
    this.version = -1
    this.table = undefined
    this.rounded = new RoundedVectors()
    this.roundedTo = 0
    this.unrounded.length = 0
    this.whole.clear()
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

  /** Nothing of an item's vector is kept but its code. */
  forget(ordinal: number): void {
    this.rounded.forget(ordinal)
    this.whole.delete(ordinal)
  }

  /** Whole vectors are kept of these and no others. */
  keepWhole(ordinals: ReadonlySet<number>): void {
    for (const ordinal of this.whole.keys()) if (!ordinals.has(ordinal)) this.whole.delete(ordinal)
  }

  /**
   * The next `count` items, in the order of their ordinals, that have a code and no rounded vector here: each search takes in some. An
   * item is given once; one that changes later brings its own with its code.
   */
  nextToRound(count: number): number[] {
    const { table, rounded } = this
    const next: number[] = []
    if (table === undefined || rounded.full) return next
    for (; this.roundedTo < table.ordinals && next.length < count; this.roundedTo++) {
      if (table.knows(this.roundedTo) && !rounded.has(this.roundedTo)) next.push(this.roundedTo)
    }
    return next
  }

  /** Takes in the codes that changed after `version`. */
  bringForward(version: number, codes: readonly CodeRow[]): void {
    for (const { ordinal, code, passage, rounded } of codes) {
      this.passages.put(ordinal, passage)
      this.forget(ordinal)
      if (rounded != null) this.rounded.putBytes(ordinal, rounded)
      const words = codeFrom(code)
      this.table ??= new CodeTable(words.length)
      if (words.length === this.table.words) this.table.put(ordinal, words)
    }
    this.version = version
  }
}
