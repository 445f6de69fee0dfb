import { expect, test } from 'bun:test'
import { setImmediate } from 'node:timers/promises'
import { type Database, openDatabase } from '../../src/adapters/sqlite/database.ts'
import { verifyIndex } from '../../src/adapters/sqlite/index/verify.ts'
import { memoryMigrations } from '../../src/adapters/sqlite/memory/migrations.ts'
import { memoryStoreOn } from '../../src/adapters/sqlite/memory/store.ts'
import { contentHash } from '../../src/memory/content.ts'
import { longestTail, mostPackedAtOnce } from '../../src/memory/index/tail.ts'
import type { MemoryId } from '../../src/shared/brand.ts'
import { Fault } from '../../src/shared/fault.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'

const ada = owner('ada')
const chat = app('chat')

const words = Array.from({ length: 300 }, (_, n) => `word${n}`).join(' ')
/** Long texts that share their words: together several times what a tail holds. */
const texts = Array.from({ length: 60 }, (_, n) => `${words} own${n}`)

/** Several times what is read at once. */
const manyTexts = Array.from({ length: 180 }, (_, n) => `${words} own${n}`)

/** How often others have their turn until it is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let [turns, isDone] = [0, false]
  const counting = (async () => {
    while (!isDone) {
      await setImmediate()
      turns += 1
    }
  })()
  await work()
  const during = turns
  isDone = true
  await counting
  return during
}

/** A memory that counts how often a row of packed postings is written. */
async function counted(contents = texts) {
  const database = openDatabase({ path: ':memory:', migrations: memoryMigrations })
  let written = 0
  let isFull = false
  const db: Database = {
    ...database,
    transaction(work) {
      if (isFull) throw new Fault('unavailable', 'The disk is full.', { code: 'disk_full' })
      return database.transaction(work)
    },
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
    contents.map((text) => draftOf(text)),
    policyAt(),
  )
  const ids = outcomes.flatMap(({ memory }) => memory?.id ?? [])
  expect(ids).toHaveLength(contents.length)
  return {
    ...{ store, ids },
    writes: () => {
      const now = written
      written = 0
      return now
    },
    setFull(now: boolean) {
      isFull = now
    },
    /** How many terms wait to be packed. */
    waiting: () => database.get<{ terms: number }>('SELECT tail_terms AS terms FROM index_owner')?.terms ?? 0,
    rows: () => database.get<{ count: number }>('SELECT count(*) AS count FROM index_posting')?.count ?? 0,
    wrong: () =>
      verifyIndex(
        database,
        ada,
        database.all<{ id: MemoryId; content: string }>("SELECT id, content FROM memory WHERE state <> 'deleted'"),
      ),
  }
}

test('texts that are added together and share their words write each row of the index once, up to what is packed at once', async () => {
  const { writes, rows, wrong } = await counted()
  expect(texts.length * 300).toBeGreaterThan(3 * longestTail)
  expect(texts.length * 301).toBeLessThan(mostPackedAtOnce)
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

test('others have their turn while many long texts are read that are to be added or erased', async () => {
  const { store, ids, rows, wrong } = await counted(manyTexts)
  const drafts = manyTexts.map((text) => draftOf(`${text} again`))
  expect(await turnsDuring(() => store.add(ada, chat, drafts, policyAt()))).toBeGreaterThan(2)
  expect(wrong()).toEqual([])
  expect(await turnsDuring(() => store.delete(ada, chat, ids, { at: startMs }))).toBeGreaterThan(2)
  expect(wrong()).toEqual([])
  expect(await turnsDuring(() => store.deleteAll(ada, chat, { at: startMs }))).toBeGreaterThan(2)
  expect([rows(), wrong()]).toEqual([0, []])
})

test('what a large batch has is packed in portions between which others have their turn; at each the index has all of it', async () => {
  const { store, writes, waiting, wrong } = await counted(['One before.'])
  writes()
  expect(manyTexts.length * 301).toBeGreaterThan(mostPackedAtOnce)
  const steps: { rows: number; waiting: number }[] = []
  let isDone = false
  const adding = store
    .add(
      ada,
      chat,
      manyTexts.map((text) => draftOf(text)),
      policyAt(),
    )
    .finally(() => {
      isDone = true
    })
  while (!isDone) {
    await setImmediate()
    const step = { rows: writes(), waiting: waiting() }
    if (step.waiting === steps.at(-1)?.waiting) continue
    steps.push(step)
    expect(wrong()).toEqual([])
  }
  await adding
  const [first, ...portions] = steps.filter(({ rows, waiting: terms }) => rows > 0 || terms > mostPackedAtOnce)
  // In the batch's own transaction nothing is packed; then more than one portion, each of which has less than all rows.
  expect(first).toEqual({ rows: 0, waiting: expect.any(Number) })
  expect(first?.waiting).toBeGreaterThan(301 * manyTexts.length)
  expect(portions.length).toBeGreaterThan(1)
  for (const { rows } of portions) expect(rows).toBeLessThan(300 + manyTexts.length)
  expect(waiting()).toBeLessThan(longestTail)
})

test('a batch is kept though the disk is full before all of it is packed: later writes pack what waits', async () => {
  const { store, ids, setFull, waiting, wrong } = await counted(['One before.'])
  let isKept = false
  const filling = (async () => {
    while (waiting() < mostPackedAtOnce) await setImmediate()
    isKept = true
    setFull(true)
  })()
  const outcomes = await store.add(
    ada,
    chat,
    manyTexts.map((text) => draftOf(text)),
    policyAt(),
  )
  await filling
  expect([isKept, outcomes.length]).toEqual([true, manyTexts.length])
  expect([waiting() > mostPackedAtOnce, wrong()]).toEqual([true, []])
  setFull(false)
  // One that is packed already, and one that waits.
  const erased = [ids[0], outcomes.at(-1)?.memory?.id].flatMap((id) => id ?? [])
  expect(await store.delete(ada, chat, erased, { at: startMs })).toEqual(erased)
  expect(wrong()).toEqual([])
  for (let left = waiting(); left >= longestTail; left = waiting()) {
    await store.add(ada, chat, [draftOf(`One more, with ${left} waiting.`)], policyAt())
    expect(waiting()).toBeLessThan(left)
    expect(wrong()).toEqual([])
  }
})

test('what changes while texts are read that are to be erased is erased as it is then', async () => {
  const { store, ids, rows, wrong } = await counted(manyTexts)
  const [first, second, third] = ids
  if (first === undefined || second === undefined || third === undefined) throw new Error('nothing was added')
  let isDone = false
  const erasing = store.delete(ada, chat, ids, { at: startMs }).finally(() => {
    isDone = true
  })
  await setImmediate()
  const text = `${words} otherwise`
  await store.update(ada, chat, first, { content: { text, hash: contentHash(text) } }, { at: startMs })
  expect(await store.delete(ada, chat, [second], { at: startMs })).toEqual([second])
  expect(isDone).toBe(false)
  expect(await erasing).toEqual(ids.filter((id) => id !== second))
  expect([rows(), wrong()]).toEqual([0, []])
})
