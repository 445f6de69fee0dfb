/** Gives equal values one small number, from 0 in the order in which they came. */
export class Interned<T> {
  readonly values: T[] = []
  private readonly places = new Map<string, number>()
  private readonly keyOf: (value: T) => string
  private readonly isSame: (left: T, right: T) => boolean
  private last = -1

  /** `keyOf`: of equal values the same text, of others another. `isSame`: the same question, for less. */
  constructor(keyOf: (value: T) => string, isSame: (left: T, right: T) => boolean) {
    this.keyOf = keyOf
    this.isSame = isSame
  }

  placeOf(value: T): number {
    // Most often what came before comes again.
    const last = this.values[this.last]
    if (last !== undefined && this.isSame(last, value)) return this.last
    const key = this.keyOf(value)
    const known = this.places.get(key)
    this.last = known ?? this.values.length
    if (known === undefined) {
      this.places.set(key, this.last)
      this.values.push(value)
    }
    return this.last
  }

  /** The number of a value that came; undefined of another one. */
  find(value: T): number | undefined {
    return this.places.get(this.keyOf(value))
  }
}
