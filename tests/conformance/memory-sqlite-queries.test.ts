import { expect, test } from 'bun:test'
import { openDatabase } from '../../src/adapters/sqlite/database.ts'
import { memoryMigrations } from '../../src/adapters/sqlite/memory/migrations.ts'
import { findDuplicate } from '../../src/adapters/sqlite/memory/write.ts'
import { openRule } from '../../src/memory/access.ts'
import { app, owner } from '../support/memories.ts'

test('a duplicate is looked for by its hash: a write costs the same beside ten memories and beside a million', () => {
  const database = openDatabase({ path: ':memory:', migrations: memoryMigrations })
  const plans: string[] = []
  const explaining = {
    ...database,
    all: <Row>(sql: string, ...values: Parameters<typeof database.all>[1][]) => {
      for (const { detail } of database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)) plans.push(detail)
      return database.all<Row>(sql, ...values)
    },
  }
  findDuplicate(explaining, owner('ada'), openRule(app('app')), 'hash')
  expect(plans.find((detail) => detail.startsWith('SEARCH memory'))).toContain(
    'memory_by_hash (owner_id=? AND content_hash=?)',
  )
})
