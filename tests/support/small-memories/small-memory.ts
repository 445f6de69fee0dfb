/** A memory of few facts, written for this set, and what its person asks of it. */
export interface SmallMemory {
  readonly name: string
  readonly facts: Readonly<Record<string, string>>
  /** A question and the names of the facts that answer it. */
  readonly questions: readonly (readonly [question: string, ...gold: string[]])[]
}
