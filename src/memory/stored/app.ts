/** Rows of apps and their rules, of the same shape in every SQL engine, and the domain's values. Pure. */
import type { ClientId } from '../../shared/brand.ts'
import { openRule } from '../access.ts'
import type { AppUse } from '../ports.ts'
import type { AccessRule } from '../schema.ts'

/** SQLite keeps booleans as 0 and 1. */
export interface RuleRow {
  readonly app_id: ClientId
  readonly paused: boolean | number
  readonly read: AccessRule['read']
  readonly write: AccessRule['write']
  /** A JSON list. */
  readonly categories: string | null
}

export const ruleOf = (row: RuleRow): AccessRule => ({
  appId: row.app_id,
  paused: Boolean(row.paused),
  read: row.read,
  write: row.write,
  categories: row.categories === null ? undefined : categoriesIn(row),
})

/** The categories by which rules limit their apps. */
export const ruledCategories = (rows: readonly Pick<RuleRow, 'categories'>[]): ReadonlySet<string> =>
  new Set(rows.flatMap(categoriesIn))

const categoriesIn = ({ categories }: Pick<RuleRow, 'categories'>): readonly string[] =>
  categories === null ? [] : JSON.parse(categories)

export const categoriesToRow = ({ categories }: AccessRule): string | null =>
  categories === undefined ? null : JSON.stringify(categories)

/** Apps that are listed of one person. */
export const maxApps = 1_000

/** An outer join: without a rule its columns are null. */
export type UseRow = { readonly [Column in keyof Omit<RuleRow, 'app_id'>]: RuleRow[Column] | null } & {
  readonly app_id: ClientId
  readonly created: number
  readonly accessed: number
  readonly first: number | null
  readonly last: number | null
}

export const useOf = (row: UseRow): AppUse => ({
  appId: row.app_id,
  rule: isRuled(row) ? ruleOf(row) : openRule(row.app_id),
  memoriesCreated: row.created,
  memoriesAccessed: row.accessed,
  firstAccessed: row.first ?? undefined,
  lastAccessed: row.last ?? undefined,
})

const isRuled = (row: UseRow): row is UseRow & RuleRow => row.paused !== null && row.read !== null && row.write !== null
