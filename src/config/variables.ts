/** Every variable, once, a section a file: the parser, `.env.template` and the documentation are read from this table, in its order. */
import type { VariableType } from './types.ts'
import type { Section } from './variable.ts'
import { addressVariables } from './variables/addresses.ts'
import { engineVariables } from './variables/engines.ts'
import { factsVariables } from './variables/facts.ts'
import { keyVariables } from './variables/keys.ts'
import { lifetimeVariables } from './variables/lifetimes.ts'
import { limitVariables } from './variables/limits.ts'
import { logVariables } from './variables/logs.ts'
import { meaningVariables } from './variables/meaning.ts'
import { signInVariables } from './variables/sign-in.ts'
import { watchingVariables } from './variables/watching.ts'
import { withoutSignInVariables } from './variables/without-sign-in.ts'

export const sections = {
  'Addresses and ports': addressVariables,
  'Without sign-in': withoutSignInVariables,
  'What is kept, and where': engineVariables,
  Keys: keyVariables,
  'Who may sign in': signInVariables,
  'Facts (optional)': factsVariables,
  'Meaning (optional)': meaningVariables,
  'How long things live': lifetimeVariables,
  Limits: limitVariables,
  Watching: watchingVariables,
  Logs: logVariables,
} as const satisfies Record<string, Section>

type Sections = typeof sections
type Intersection<T> = (T extends unknown ? (member: T) => void : never) extends (member: infer All) => void
  ? All
  : never
type Table = Intersection<Sections[keyof Sections]>
export type VariableName = keyof Table

/** The table without its sections. */
export const variables: Table = Object.assign({}, ...Object.values(sections))

type ValueOf<V> = V extends { readonly type: VariableType<infer T> } ? T : never
/** What each variable becomes; undefined where it is neither set nor has a default. */
export type Values = {
  readonly [Name in VariableName]: Table[Name] extends { readonly default: string }
    ? ValueOf<Table[Name]>
    : ValueOf<Table[Name]> | undefined
}
