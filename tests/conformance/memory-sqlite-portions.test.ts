/** What concerns very many memories is done in portions on SQLite, where one transaction has everybody wait: what others see meanwhile. */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type Database, openDatabase } from '../../src/adapters/sqlite/database.ts'
import { sqliteRecallIndex } from '../../src/adapters/sqlite/index/read.ts'
import { sqliteVectorIndex } from '../../src/adapters/sqlite/index/vectors.ts'
import { verifyIndex } from '../../src/adapters/sqlite/index/verify.ts'
import { memoryMigrations } from '../../src/adapters/sqlite/memory/migrations.ts'
import { sqliteOutbox } from '../../src/adapters/sqlite/memory/outbox.ts'
import { memoryStoreOn } from '../../src/adapters/sqlite/memory/store.ts'
import { openRule } from '../../src/memory/access.ts'
import type { MemoryFilter } from '../../src/memory/ports.ts'
import { search } from '../../src/memory/recall.ts'
import type { MemoryId } from '../../src/shared/brand.ts'
import { app, callerOf, draftOf, owner, policyAt, setRule, startMs } from '../support/memories.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const [ada, bob, chat] = [owner('ada'), owner('bob'), app('chat')]
const at = startMs + 1_000
const many = 2_400
const batch = 400
const everything: MemoryFilter = { states: ['active', 'paused'] }

const folder = temporaryFolder('portions')
const opened: Database[] = []
const openIn = (name: string): Database => {
  const db = openDatabase({ path: join(folder, name), migrations: memoryMigrations })
  opened.push(db)
  return db
}
afterEach(() => {
  for (const db of opened.splice(0)) db.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Ada's many memories, of whom every third says `tea` and is of the category `c`; and a few of Bob's between them. Made once. */
beforeAll(async () => {
  const db = openIn('made.db')
  const store = memoryStoreOn(db)
  await sqliteOutbox(db).subscribe(['graph'], startMs)
  for (let from = 0; from < many; from += batch) {
    await store.add(bob, chat, [draftOf(`his number${from}`)], policyAt())
    const drafts = Array.from({ length: batch }, (_, n) =>
      draftOf(`${(from + n) % 3 === 0 ? 'tea' : 'milk'} number${from + n}`, {
        categories: (from + n) % 3 === 0 ? ['c'] : [],
        annotations: { entities: [{ name: `Entity ${n}` }], relations: [] },
      }),
    )
    await store.add(ada, chat, drafts, policyAt())
  }
  const vectors = sqliteVectorIndex(db)
  const claim = await vectors.claim('small/2', 3_000, startMs, 60_000)
  if (claim !== undefined)
    await vectors.keep(
      claim,
      claim.items.map(() => Float32Array.of(0.6, 0.8)),
    )
  opened.pop()
  db.close()
})

let copies = 0
/** A copy of what was made. */
async function filled() {
  const name = `copy${copies++}.db`
  copyFileSync(join(folder, 'made.db'), join(folder, name))
  const whole = openIn(name)
  let failAt = Number.POSITIVE_INFINITY
  let transactions = 0
  const db: Database = {
    ...whole,
    transaction(work) {
      transactions++
      if (transactions >= failAt) throw new Error('the process ends')
      return whole.transaction(work)
    },
  }
  const store = memoryStoreOn(db)
  const rows = <Row>(sql: string) => whole.all<Row>(sql)
  return {
    ...{ db, store, rows },
    index: sqliteRecallIndex(db),
    verify: (ownerId: typeof ada) =>
      verifyIndex(
        whole,
        ownerId,
        whole.all<{ id: MemoryId; content: string }>(
          "SELECT id, content FROM memory WHERE owner_id = ? AND state <> 'deleted'",
          ownerId,
        ),
      ),
    /** The process ends before the transaction that is so many from now. */
    failIn: (count: number) => {
      failAt = transactions + count
    },
    goesOn: () => {
      failAt = Number.POSITIVE_INFINITY
    },
  }
}

/** What somebody does in each turn that they have until the work is done. */
async function meanwhile(work: Promise<unknown>, turn: (nth: number) => unknown): Promise<number> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  let turns = 0
  for (; ; turns++) {
    await setImmediate()
    if (isDone) break
    await turn(turns)
  }
  await done
  return turns
}

test('others have their turn while all memories are paused, deleted, or erased with their account', async () => {
  const { store, verify } = await filled()
  const his = () => store.counts(bob, chat)
  const turnsIn = (work: Promise<unknown>) => meanwhile(work, his)
  expect(await turnsIn(store.setState(ada, chat, everything, 'paused', { at }))).toBeGreaterThan(4)
  expect(await store.counts(ada, chat)).toEqual({ active: 0, paused: many, archived: 0, deleted: 0 })
  expect(await turnsIn(store.deleteAll(ada, chat, { at }))).toBeGreaterThan(4)
  expect(await store.counts(ada, chat)).toEqual({ active: 0, paused: 0, archived: 0, deleted: many })
  expect([verify(ada), verify(bob)]).toEqual([[], []])
  expect(await turnsIn(store.eraseOwner(ada, at))).toBeGreaterThan(2)
  expect(await his()).toMatchObject({ active: many / batch })
  expect([verify(ada), verify(bob)]).toEqual([[], []])
})

test('others have their turn while texts are looked through: between any two quarters of a megabyte, however few match', async () => {
  const { db, store } = await filled()
  const newest = { sort: 'createdAt', descending: true, limit: 10 } as const
  const found = await store.list(ada, chat, {
    filter: { ...everything, contains: 'TEA number' },
    offset: 795,
    ...newest,
  })
  expect([found.total, found.items.length]).toEqual([many / 3, 5])
  const looked: number[] = []
  let turn = 0
  const all: Database['all'] = (sql, ...values) => {
    if (sql.includes('instr')) looked.push(turn)
    return db.all(sql, ...values)
  }
  const slow = memoryStoreOn({ ...db, all })
  const [long, texts] = [owner('writer of long texts'), 12]
  for (let nth = 0; nth < texts; nth++) await slow.add(long, chat, [draftOf('a'.repeat(100_000 - nth))], policyAt())
  const filter = { ...everything, contains: `${'a'.repeat(499)}b` }
  const nothing = slow.list(long, chat, { filter, ...newest })
  await meanwhile(nothing, (nth) => {
    turn = nth + 1
  })
  expect(await nothing).toEqual({ items: [], total: 0 })
  expect(looked.length).toBe(texts / 3)
  expect(new Set(looked).size).toBe(looked.length)
})

test('only what a filter names is moved, each once, and what is written meanwhile is not', async () => {
  const { store, verify } = await filled()
  const late: MemoryId[] = []
  const moving = store.setState(ada, chat, { ...everything, categories: ['c'] }, 'archived', { at })
  const written = meanwhile(moving, async (nth) => {
    const [added] = await store.add(ada, chat, [draftOf(`late ${nth}`, { categories: ['c'] })], policyAt(at))
    if (added?.memory !== undefined) late.push(added.memory.id)
  })
  expect(await moving).toBe(many / 3)
  await written
  expect(late.length).toBeGreaterThan(1)
  expect((await store.get(ada, chat, late)).every(({ state }) => state === 'active')).toBe(true)
  expect(await store.counts(ada, chat)).toMatchObject({ archived: many / 3, active: many - many / 3 + late.length })
  expect(verify(ada)).toEqual([])
})

test('an app that may write no more in between has changed what it had until then, and asking again does the rest', async () => {
  const { store, verify } = await filled()
  const erasing = store.deleteAll(ada, chat, { at })
  await setImmediate()
  await setImmediate()
  await setRule(store, ada, { ...openRule(chat), write: 'none' }, at)
  expect(await erasing.catch((error: unknown) => error)).toMatchObject({ kind: 'forbidden' })
  const { active, deleted } = await store.counts(ada, chat)
  expect([active > 0, deleted > 0, active + deleted]).toEqual([true, true, many])
  expect(verify(ada)).toEqual([])
  await setRule(store, ada, openRule(chat), at)
  expect(await store.deleteAll(ada, chat, { at })).toBe(active)
  expect(verify(ada)).toEqual([])
})

test('who may write nothing is told so also where there is nothing to change', async () => {
  const { store } = await filled()
  const nobody = owner('nobody')
  await setRule(store, nobody, { ...openRule(chat), write: 'none' }, at)
  const refused = { kind: 'forbidden' }
  await expect(store.setState(nobody, chat, everything, 'paused', { at })).rejects.toMatchObject(refused)
  await expect(store.deleteAll(nobody, chat, { at })).rejects.toMatchObject(refused)
})

test('while an account is erased nothing is written for it, what is left of it is found, and nobody gets what was its', async () => {
  const { store, index, rows, verify } = await filled()
  const seen: number[] = []
  const refusals = new Set<string>()
  const erasing = store.eraseOwner(ada, at)
  await meanwhile(erasing, async (nth) => {
    // It may have ended since.
    if (rows(`SELECT 1 FROM erasure WHERE at > ${at}`).length === 0) return
    const refused = await store.add(ada, chat, [draftOf('Meanwhile.')], policyAt(at + nth)).catch(({ code }) => code)
    refusals.add(String(refused))
    const { hits } = await search({ store, index, embedder: undefined }, callerOf('ada', 'chat'), {
      ...{ query: 'tea', limit: 50, unlogged: true },
    })
    seen.push(hits.length)
    expect(hits.every(({ memory }) => memory.content.startsWith('tea'))).toBe(true)
    // Rows of hers that are gone leave their numbers to others.
    await store.add(bob, chat, [draftOf(`his harbour number${nth}`)], policyAt(at))
  })
  expect(await erasing).toMatchObject({ memories: many })
  expect([...refusals]).toEqual(['account_erased'])
  expect([seen.length > 3, seen.at(-1)]).toEqual([true, 0])
  expect(verify(bob)).toEqual([])
  const { hits } = await search({ store, index, embedder: undefined }, callerOf('bob', 'chat', { nowMs: at }), {
    ...{ query: 'harbour', limit: 50, unlogged: true },
  })
  expect(hits.length).toBe(seen.length)
  expect(leftOf(rows)).toEqual([])
  // From its end on, as if it had been at once.
  expect((await store.add(ada, chat, [draftOf('Anew.')], policyAt(at)))[0]?.status).toBe('added')
})

test('an erasure that ends in between is gone on with by asking again, whenever that was', async () => {
  for (const after of [2, 7]) {
    const { store, rows, verify, failIn, goesOn } = await filled()
    failIn(after)
    expect(await store.eraseOwner(ada, at).catch(({ message }) => message)).toBe('the process ends')
    goesOn()
    expect(leftOf(rows).length).toBeGreaterThan(0)
    await store.eraseOwner(ada, at + 1)
    expect(leftOf(rows)).toEqual([])
    expect(verify(bob)).toEqual([])
    expect((await store.add(ada, chat, [draftOf('Anew.')], policyAt(at + 1)))[0]?.status).toBe('added')
  }
})

/** Tables with a row of Ada's, or with more rows than Bob has memories. */
function leftOf(rows: <Row>(sql: string) => Row[]): readonly string[] {
  const tables = rows<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )
  const isOf = (name: string) =>
    rows<{ name: string }>(`SELECT name FROM pragma_table_info('${name}')`).map((c) => c.name)
  const his = "(SELECT key FROM index_owner WHERE owner_id = 'bob')"
  return tables.flatMap(({ name }) => {
    const columns = isOf(name)
    const hers = columns.includes('owner_id')
      ? `owner_id = 'ada' AND ${name === 'job' ? "memory_id <> ''" : '1'}`
      : columns.includes('owner') && name !== 'erasure'
        ? `abs(owner) <> ${his}`
        : columns.includes('memory')
          ? "memory NOT IN (SELECT seq FROM memory WHERE owner_id = 'bob')"
          : '0'
    return rows(`SELECT 1 FROM ${name} WHERE ${hers} LIMIT 1`).length > 0 ? [name] : []
  })
}
