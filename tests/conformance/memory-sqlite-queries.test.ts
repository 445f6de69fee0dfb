import { expect, test } from 'bun:test'
import { type Database, openDatabase } from '../../src/adapters/sqlite/database.ts'
import { rebuildKnowledge } from '../../src/adapters/sqlite/graph/write.ts'
import { rebuildIndex } from '../../src/adapters/sqlite/index/write.ts'
import { memoryMigrations } from '../../src/adapters/sqlite/memory/migrations.ts'
import { recentlyRecalled, sameText } from '../../src/adapters/sqlite/memory/write.ts'
import { owner } from '../support/memories.ts'

/** How SQLite answers what `ask` asks. */
function plansOf(ask: (db: Database) => void): readonly string[] {
  const database = openDatabase({ path: ':memory:', migrations: memoryMigrations })
  const plans: string[] = []
  const explaining = {
    ...database,
    all: <Row>(sql: string, ...values: Parameters<typeof database.all>[1][]) => {
      for (const { detail } of database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)) plans.push(detail)
      return database.all<Row>(sql, ...values)
    },
  }
  ask(explaining)
  return plans
}

test('a duplicate is looked for by its hash: a write costs the same beside ten memories and beside a million', () => {
  const plans = plansOf((db) => sameText(db, owner('ada'), 'hash'))
  expect(plans.find((detail) => detail.startsWith('SEARCH memory'))).toContain(
    'memory_by_hash (owner_id=? AND content_hash=?)',
  )
})

test('what was recalled a moment ago is looked up by time and then by id, however much was ever logged or kept', () => {
  const plans = plansOf((db) => recentlyRecalled(db, owner('ada'), 0)).filter((detail) => detail.startsWith('SEARCH'))
  expect(plans.find((detail) => detail.includes('access_log'))).toContain('access_log_by_time (owner_id=? AND at>?)')
  expect(plans.find((detail) => detail.includes('SEARCH m '))).toContain('(owner_id=? AND id=?)')
})

test('index and entities are made anew page by page, and no page reads what another one read', () => {
  for (const rebuild of [rebuildIndex, rebuildKnowledge]) {
    const plans = plansOf((db) => rebuild(db, owner('ada')))
    expect(plans).toContain('SEARCH memory USING INDEX memory_in_order (owner_id=? AND seq>?)')
    expect(plans.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([])
  }
})
