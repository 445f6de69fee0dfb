/** Access rules and filters as SQL. The plain words are in memory/access.ts; a property test compares the two. */
import { openRule } from '../../../memory/access.ts'
import type { MemoryFilter } from '../../../memory/ports.ts'
import type { AccessRule } from '../../../memory/schema.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database, Value } from '../database.ts'
import { toRule } from './rows.ts'

/** A part of a WHERE clause with its values. */
export interface Condition {
  readonly sql: string
  readonly values: readonly Value[]
}

export const readRule = (database: Database, ownerId: OwnerId, appId: ClientId): AccessRule => {
  const row = database.get<Parameters<typeof toRule>[0]>(
    'SELECT app_id, paused, read, write, categories FROM access_rule WHERE owner_id = ? AND app_id = ?',
    ownerId,
    appId,
  )
  return row === undefined ? openRule(appId) : toRule(row)
}

const nothing: Condition = { sql: '0', values: [] }
const everything: Condition = { sql: '1', values: [] }

/** What an app may read. Whatever the rule does not plainly allow is not read. */
export function readable(rule: AccessRule): Condition {
  if (rule.paused) return nothing
  if (rule.read === 'own') return { sql: 'app_id = ?', values: [rule.appId] }
  if (rule.read !== 'all') return nothing
  if (rule.categories === undefined) return everything
  return {
    sql: '(app_id = ? OR EXISTS (SELECT 1 FROM json_each(memory.categories) WHERE value IN (SELECT value FROM json_each(?))))',
    values: [rule.appId, JSON.stringify(rule.categories)],
  }
}

/** What an app may change: of what it may read. */
export function changeable(rule: AccessRule): Condition {
  if (rule.write === 'all') return readable(rule)
  return rule.write === 'own' ? both(readable(rule), { sql: 'app_id = ?', values: [rule.appId] }) : nothing
}

export const both = (left: Condition, right: Condition): Condition => ({
  sql: `(${left.sql} AND ${right.sql})`,
  values: [...left.values, ...right.values],
})

/** What a filter asks for. */
export function matching(filter: MemoryFilter): Condition {
  const parts: Condition[] = [
    { sql: 'state IN (SELECT value FROM json_each(?))', values: [JSON.stringify(filter.states)] },
  ]
  const add = (sql: string, ...values: Value[]) => parts.push({ sql, values })
  if (filter.appIds !== undefined) add('app_id IN (SELECT value FROM json_each(?))', JSON.stringify(filter.appIds))
  if (filter.categories !== undefined) {
    add(
      'EXISTS (SELECT 1 FROM json_each(memory.categories) WHERE value IN (SELECT value FROM json_each(?)))',
      JSON.stringify(filter.categories),
    )
  }
  if (filter.from !== undefined) add('created_at >= ?', filter.from)
  if (filter.to !== undefined) add('created_at <= ?', filter.to)
  if (filter.contains !== undefined) add('instr(lower(content), lower(?)) > 0', filter.contains)
  if (filter.threadId !== undefined) add('thread_id = ?', filter.threadId)
  if (filter.asOf !== undefined) add('valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)', filter.asOf, filter.asOf)
  return parts.reduce(both)
}
