/** The best few of many, by insertion into a short ascending list; of equal scores the newest. */
export class Candidates {
  private readonly kept: { at: number; score: number }[] = []
  private readonly limit: number
  constructor(limit: number) {
    this.limit = limit
  }
  /** What a score must reach to be kept. */
  get least(): number {
    return this.kept.length < this.limit ? 0 : (this.kept[0]?.score ?? 0)
  }
  offer(at: number, score: number): void {
    const full = this.kept.length >= this.limit
    const worst = this.kept[0]
    if (score <= 0 || (full && worst !== undefined && !before(at, score, worst))) return
    if (full) this.kept.shift()
    let place = this.kept.length
    while (place > 0) {
      const other = this.kept[place - 1]
      if (other === undefined || !before(other.at, other.score, { at, score })) break
      place -= 1
    }
    this.kept.splice(place, 0, { at, score })
  }
  sorted(): { at: number; score: number }[] {
    return this.kept.toReversed()
  }
}

/** Whether (at, score) comes before another in the answer. */
const before = (at: number, score: number, other: { at: number; score: number }): boolean =>
  score > other.score || (score === other.score && at > other.at)
