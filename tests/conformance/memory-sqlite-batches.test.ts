import { expect, test } from 'bun:test'
import { type Database, openDatabase } from '../../src/adapters/sqlite/database.ts'
import { verifyIndex } from '../../src/adapters/sqlite/index/verify.ts'
import { memoryMigrations } from '../../src/adapters/sqlite/memory/migrations.ts'
import { memoryStoreOn } from '../../src/adapters/sqlite/memory/store.ts'
import { longestTail } from '../../src/memory/rank/tail.ts'
import type { MemoryId } from '../../src/shared/brand.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'

const ada = owner('ada')
const chat = app('chat')

const words = Array.from({ length: 300 }, (_, n) => `word${n}`).join(' ')
/** Long texts that share their words: together several times what a tail holds. */
const texts = Array.from({ length: 60 }, (_, n) => `${words} own${n}`)

/** A memory that counts how often a row of packed postings is written. */
async function counted() {
  const database = openDatabase({ path: ':memory:', migrations: memoryMigrations })
  let written = 0
  const db: Database = {
    ...database,
    run(sql, ...values) {
      const rows = database.run(sql, ...values)
      if (/^\s*(INSERT INTO|UPDATE|DELETE FROM) index_posting/.test(sql)) written += rows
      return rows
    },
  }
  const store = memoryStoreOn(db)
  const outcomes = await store.add(
    ada,
    chat,
    texts.map((text) => draftOf(text)),
    policyAt(),
  )
  const ids = outcomes.flatMap(({ memory }) => memory?.id ?? [])
  expect(ids).toHaveLength(texts.length)
  return {
    ...{ store, ids },
    writes: () => {
      const now = written
      written = 0
      return now
    },
    rows: () => database.get<{ count: number }>('SELECT count(*) AS count FROM index_posting')?.count ?? 0,
    wrong: () =>
      verifyIndex(
        database,
        ada,
        database.all<{ id: MemoryId; content: string }>("SELECT id, content FROM memory WHERE state <> 'deleted'"),
      ),
  }
}

test('texts that are added together and share their words write each row of the index once, however long they are', async () => {
  const { writes, rows, wrong } = await counted()
  expect(texts.length * 300).toBeGreaterThan(3 * longestTail)
  expect(writes()).toBe(300 + texts.length)
  expect(rows()).toBe(300 + texts.length)
  expect(wrong()).toEqual([])
})

test('memories that are erased together write each row of the index that they share once, however many they are', async () => {
  const { store, ids, writes, rows, wrong } = await counted()
  writes()
  const erased = ids.filter((_, n) => n % 2 === 0)
  expect(await store.delete(ada, chat, erased, { at: startMs })).toHaveLength(30)
  expect(writes()).toBe(300 + erased.length)
  expect(wrong()).toEqual([])
  const left = rows()
  expect(await store.deleteAll(ada, chat, { at: startMs })).toBe(30)
  expect([writes(), rows()]).toEqual([left, 0])
  expect(wrong()).toEqual([])
})
