/** What an app may see and what a filter asks for, as SQL over `memory AS m`. The plain words are in memory/access.ts. */
import { assertReader, openRule } from '../../../memory/access.ts'
import type { MemoryFilter } from '../../../memory/ports.ts'
import type { AccessRule } from '../../../memory/schema.ts'
import { type RuleRow, ruleOf } from '../../../memory/stored/app.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database, Value } from '../database.ts'
import { assertNotErasedSince } from './erasure.ts'

/** A condition with the values of its placeholders, in order. */
export interface Condition {
  readonly sql: string
  readonly values: readonly Value[]
}

const never: Condition = { sql: '0', values: [] }

export const both = (...conditions: readonly Condition[]): Condition => ({
  sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
  values: conditions.flatMap(({ values }) => values),
})

const placeholders = (count: number): string => Array(count).fill('?').join(', ')

/** Whether a column is one of the values; lists travel as one JSON value so that the statement's text does not vary. */
export const oneOf = (column: string, values: readonly string[]): Condition => ({
  sql: `${column} IN (SELECT value FROM json_each(?))`,
  values: [JSON.stringify(values)],
})

const inCategories = (ownerId: OwnerId, categories: readonly string[]): Condition => ({
  sql: 'm.id IN (SELECT c.memory_id FROM memory_category AS c WHERE c.owner_id = ? AND c.name IN (SELECT value FROM json_each(?)))',
  values: [ownerId, JSON.stringify(categories)],
})

/** The memories of an owner that a rule lets its app read; an unknown value of the rule lets it read none. */
export function readable(ownerId: OwnerId, rule: AccessRule): Condition {
  const owned: Condition = { sql: 'm.owner_id = ?', values: [ownerId] }
  const own: Condition = { sql: 'm.app_id = ?', values: [rule.appId] }
  if (rule.paused) return both(owned, never)
  if (rule.read === 'own') return both(owned, own)
  if (rule.read !== 'all') return both(owned, never)
  if (rule.categories === undefined) return owned
  const limited = inCategories(ownerId, rule.categories)
  return both(owned, { sql: `${own.sql} OR ${limited.sql}`, values: [...own.values, ...limited.values] })
}

/** The memories that a rule lets its app change. */
export function changeable(ownerId: OwnerId, rule: AccessRule): Condition {
  if (rule.write === 'all') return readable(ownerId, rule)
  if (rule.write !== 'own') return both(readable(ownerId, rule), never)
  return both(readable(ownerId, rule), { sql: 'm.app_id = ?', values: [rule.appId] })
}

export function findRule(db: Database, ownerId: OwnerId, appId: ClientId): AccessRule {
  const row = db.get<RuleRow>(
    'SELECT app_id, paused, read, write, categories FROM access_rule WHERE owner_id = ? AND app_id = ?',
    ownerId,
    appId,
  )
  return row === undefined ? openRule(appId) : ruleOf(row)
}

/** The rule of an app for a write that was asked for at `at`. @throws Fault `conflict` when the account was erased since */
export function findRuleToWrite(db: Database, ownerId: OwnerId, appId: ClientId, at: number): AccessRule {
  assertNotErasedSince(db, ownerId, at)
  return findRule(db, ownerId, appId)
}

/** @throws Fault `forbidden` when the app may read nothing at all */
export function readableBy(db: Database, ownerId: OwnerId, appId: ClientId): Condition {
  const rule = findRule(db, ownerId, appId)
  assertReader(rule)
  return readable(ownerId, rule)
}

export function matching(ownerId: OwnerId, filter: MemoryFilter): Condition {
  const parts: Condition[] = [{ sql: `m.state IN (${placeholders(filter.states.length)})`, values: filter.states }]
  if (filter.appIds !== undefined) parts.push(oneOf('m.app_id', filter.appIds))
  if (filter.categories !== undefined) parts.push(inCategories(ownerId, filter.categories))
  if (filter.from !== undefined) parts.push({ sql: 'm.created_at >= ?', values: [filter.from] })
  if (filter.to !== undefined) parts.push({ sql: 'm.created_at <= ?', values: [filter.to] })
  if (filter.threadId !== undefined) parts.push({ sql: 'm.thread_id = ?', values: [filter.threadId] })
  if (filter.contains !== undefined) {
    parts.push({ sql: 'instr(lower(m.content), lower(?)) > 0', values: [filter.contains] })
  }
  if (filter.asOf !== undefined) {
    parts.push({
      sql: 'm.valid_from <= ? AND (m.valid_to IS NULL OR m.valid_to > ?)',
      values: [filter.asOf, filter.asOf],
    })
  }
  return both(...parts)
}
