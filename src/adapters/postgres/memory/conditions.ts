/**
 * What an app may see and what a filter asks for, as SQL over `memory AS m`. The app's rule is read by the same statement, as
 * `r`, so that rule and memories are of one moment. The plain words are in memory/access.ts.
 */
import { assertReader } from '../../../memory/access.ts'
import type { MemoryFilter } from '../../../memory/ports.ts'
import type { AccessRule } from '../../../memory/schema.ts'
import { categoriesToRow, ruleOf as ruleFrom } from '../../../memory/stored/app.ts'
import { assertAskedAfter } from '../../../memory/stored/erasure.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import { Finding } from '../../../shared/error-record.ts'
import type { Fragment, Sql, Transaction } from '../database.ts'
import { erasedAt } from './erasure.ts'

/** The rule of an app, always one row: where none was set, the open one. */
export const ruleOf = (sql: Sql, ownerId: OwnerId, appId: ClientId): Fragment => sql`(
  SELECT coalesce(x.paused, false) AS paused, coalesce(x.read, 'all') AS read, coalesce(x.write, 'all') AS write, x.categories
    FROM (SELECT) AS always LEFT JOIN access_rule AS x ON x.owner_id = ${ownerId} AND x.app_id = ${appId}) AS r`

/** A rule that the caller has read already, as `r`. */
export const givenRule = (sql: Sql, rule: AccessRule): Fragment => sql`(
  SELECT ${rule.paused}::boolean AS paused, ${rule.read}::text AS read, ${rule.write}::text AS write,
    ${categoriesToRow(rule)}::text AS categories) AS r`

/** The columns of `r` that `ruleIn` reads. */
export const ruleColumns = (sql: Sql): Fragment =>
  sql`r.paused AS rule_paused, r.read AS rule_read, r.write AS rule_write, r.categories AS rule_categories`

export interface RuleColumns {
  readonly rule_paused: boolean
  readonly rule_read: AccessRule['read']
  readonly rule_write: AccessRule['write']
  readonly rule_categories: string | null
}

const ruleIn = (row: RuleColumns, appId: ClientId): AccessRule =>
  ruleFrom({
    app_id: appId,
    paused: row.rule_paused,
    read: row.rule_read,
    write: row.rule_write,
    categories: row.rule_categories,
  })

/** @throws Fault `forbidden` when the rule of the rows' app lets it read nothing at all */
export function assertReaderIn(rows: readonly RuleColumns[], appId: ClientId): void {
  const [row] = rows
  if (row !== undefined) assertReader(ruleIn(row, appId))
}

export async function findRule(sql: Sql, ownerId: OwnerId, appId: ClientId): Promise<AccessRule> {
  const [row] = await sql<RuleColumns[]>`SELECT ${ruleColumns(sql)} FROM ${ruleOf(sql, ownerId, appId)}`
  if (row === undefined) throw new Finding('A rule is always one row.')
  return ruleIn(row, appId)
}

/** The rule of an app for a write that was asked for at `at`. @throws Fault `conflict` when the account was erased since */
export async function findRuleToWrite({ sql, ownerId }: Transaction, appId: ClientId, at: number): Promise<AccessRule> {
  const [row] = await sql<(RuleColumns & { erased_at: number | null })[]>`
    SELECT ${ruleColumns(sql)}, ${erasedAt(sql, ownerId)} AS erased_at FROM ${ruleOf(sql, ownerId, appId)}`
  if (row === undefined) throw new Finding('A rule is always one row.')
  assertAskedAfter(row.erased_at, at)
  return ruleIn(row, appId)
}

/** The memories of an owner that `r` lets its app read; an unknown value of the rule lets it read none. */
export const readable = (sql: Sql, ownerId: OwnerId, appId: ClientId): Fragment => sql`
  m.owner_id = ${ownerId} AND NOT r.paused AND CASE r.read
    WHEN 'own' THEN m.app_id = ${appId}
    WHEN 'all' THEN r.categories IS NULL OR m.app_id = ${appId} OR EXISTS (
      SELECT 1 FROM memory_category AS c WHERE c.owner_id = ${ownerId} AND c.memory_id = m.id
         AND c.name IN (SELECT json_array_elements_text(r.categories::json)))
    ELSE false END`

/** The memories that `r` lets its app change. */
export const changeable = (sql: Sql, ownerId: OwnerId, appId: ClientId): Fragment => sql`
  ${readable(sql, ownerId, appId)} AND CASE r.write WHEN 'all' THEN true WHEN 'own' THEN m.app_id = ${appId} ELSE false END`

export function matching(sql: Sql, ownerId: OwnerId, filter: MemoryFilter): Fragment {
  const parts = [sql`m.state = ANY(${filter.states}::text[])`]
  if (filter.appIds !== undefined) parts.push(sql`m.app_id = ANY(${filter.appIds}::text[])`)
  if (filter.categories !== undefined) {
    parts.push(sql`m.id IN (SELECT c.memory_id FROM memory_category AS c
      WHERE c.owner_id = ${ownerId} AND c.name = ANY(${filter.categories}::text[]))`)
  }
  if (filter.from !== undefined) parts.push(sql`m.created_at >= ${filter.from}`)
  if (filter.to !== undefined) parts.push(sql`m.created_at <= ${filter.to}`)
  if (filter.threadId !== undefined) parts.push(sql`m.thread_id = ${filter.threadId}`)
  if (filter.contains !== undefined) {
    // As a regular expression that is taken literally it is looked for in time by the text's length; by strpos also by its own.
    parts.push(sql`lower(m.content) ~ ('***=' || lower(${filter.contains}::text COLLATE "C"))`)
  }
  if (filter.asOf !== undefined) {
    parts.push(sql`m.valid_from <= ${filter.asOf} AND (m.valid_to IS NULL OR m.valid_to > ${filter.asOf})`)
  }
  return all(sql, parts)
}

export const all = (sql: Sql, parts: readonly Fragment[]): Fragment =>
  parts.reduce((left, right) => sql`${left} AND ${right}`)
