import type { VariableType } from './types.ts'

export interface Variable<T> {
  readonly type: VariableType<T>
  /** What it is for, in one line. */
  readonly meaning: string
  readonly example: string
  /** Written as the variable would be; absent means: not set. */
  readonly default?: string
  /** What happens without it, where there is no default. */
  readonly otherwise?: string
  /** Also readable from the file that NAME_FILE names. */
  readonly file?: true
}

/** Variables by name, in the order of `.env.template`. */
export type Section = Readonly<Record<string, Variable<unknown>>>
