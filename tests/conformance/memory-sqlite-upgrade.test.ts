import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memoryMigrations } from '../../src/adapters/sqlite/memory/migrations.ts'
import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { roundedBytes } from '../../src/memory/index/rounded-vectors.ts'
import { app, draftOf, entitiesFor, owner, policyAt, startMs } from '../support/memories.ts'
import { clusteredVectors } from '../support/vectors.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

const undoLast = 'ALTER TABLE once DROP COLUMN claim; ALTER TABLE index_code DROP COLUMN rounded'
const undoLater = `ALTER TABLE access_log ADD COLUMN query TEXT; ALTER TABLE index_owner DROP COLUMN begun_at; ${undoLast}`

/** Makes of a file what a program wrote that had the steps before the one of this name. */
function takeBack(path: string, name: string, undo: string, later = undoLater): void {
  const at = memoryMigrations.findIndex((step) => step.name === name)
  expect(at).toBeGreaterThan(0)
  const file = new DatabaseSync(path)
  file.exec(`${undo}; ${later}; DELETE FROM migration WHERE number > ${at}`)
  file.close()
}

const madeAnew = [
  'generation',
  'next_generation',
  'next_analyzer',
  'filled_to',
  'rebuilt_to',
  'leftovers',
  'unfinished',
  'vectors_to',
]
const undoPassages = `DROP TABLE mention_unsaid; DROP TABLE index_passage_waiting; DROP INDEX index_owner_unfinished;
  ${madeAnew.map((column) => `ALTER TABLE index_owner DROP COLUMN ${column};`).join('\n')}
  DROP INDEX index_owner_behind; DROP INDEX index_owner_by_space;
  CREATE INDEX index_owner_by_embedding ON index_owner (leased_until);
  ALTER TABLE index_code DROP COLUMN passage;
  UPDATE index_owner SET space = 'small', embedded_to = next_ordinal`

test('of who has conversations the vectors are made anew, with passages; of who has none they stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-memory-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'memory.db')
  const talk = ['Where do you sail?', 'On the lake.', 'Alone?'].map((text) => draftOf(text, { threadId: 'talk' }))
  const { store } = openSqliteMemoryStore({ path })
  await store.add(owner('ada'), app('chat'), talk, policyAt())
  await store.add(
    owner('ida'),
    app('chat'),
    ['Tea.', 'Milk.', 'Rice.'].map((text) => draftOf(text)),
    policyAt(),
  )
  await store.close()
  takeBack(path, 'codes of passages of a conversation', undoPassages)

  const after = openSqliteMemoryStore({ path })
  cleanups.push(() => void after.store.close())
  const claim = await after.vectors.claim('small', 10, startMs, 60_000)
  expect(claim?.items.map(({ passage }) => passage)).toEqual([
    undefined,
    undefined,
    'Where do you sail?\nOn the lake.\nAlone?',
  ])
  const passage = Float32Array.of(1)
  if (claim !== undefined) await after.vectors.keep(claim, Array(3).fill(passage), [undefined, undefined, passage])
  expect(await after.vectors.claim('small', 10, startMs, 60_000)).toBeUndefined()
})

test('passages that were erased before there was a list of them are made anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-memory-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'memory.db')
  const { store, vectors } = openSqliteMemoryStore({ path })
  const talk = ['Where?', 'On the lake.', 'Alone?', 'Yes.'].map((text) => draftOf(text, { threadId: 'talk' }))
  await store.add(owner('ada'), app('chat'), talk, policyAt())
  const all = await vectors.claim('small', 10, startMs, 60_000)
  const vector = Float32Array.of(1)
  if (all !== undefined) await vectors.keep(all, Array(4).fill(vector), Array(4).fill(vector))
  await store.delete(owner('ada'), app('chat'), [talk[0]?.id as never], { at: startMs })
  await store.close()
  takeBack(
    path,
    'passages of a conversation that are to be made anew',
    'DROP TABLE mention_unsaid; DROP TABLE index_passage_waiting',
  )

  const after = openSqliteMemoryStore({ path })
  cleanups.push(() => void after.store.close())
  const claim = await after.vectors.claim('small', 10, startMs, 60_000)
  expect(claim?.items).toEqual([{ ordinal: 2, text: undefined, passage: 'On the lake.\nAlone?' }])
})

test('what was asked before leaves the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-memory-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'memory.db')
  const { store } = openSqliteMemoryStore({ path })
  const draft = draftOf('It rains.')
  await store.add(owner('ada'), app('chat'), [draft], policyAt())
  store.logAccess(owner('ada'), app('chat'), [{ memoryId: draft.id, kind: 'search', score: 2 }], startMs)
  await store.close()
  takeBack(path, 'readings without what was asked', 'DROP TABLE mention_unsaid')
  const before = new DatabaseSync(path)
  before.exec("UPDATE access_log SET query = 'where is the marker-quokka'")
  before.close()
  expect(readFileSync(path).includes('marker-quokka')).toBe(true)

  const after = openSqliteMemoryStore({ path }).store
  const { items } = await after.accessLog(owner('ada'), app('chat'), draft.id, { limit: 5, offset: 0 })
  expect(items).toMatchObject([{ appId: 'chat', kind: 'search', score: 2, at: startMs }])
  await after.close()
  expect(readFileSync(path).includes('marker-quokka')).toBe(false)
})

test('memories that were linked to an entity before search looked for it are found by its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-memory-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'memory.db')
  const before = openSqliteMemoryStore({ path })
  const annotations = { entities: [{ name: 'Aquarium' }], relations: [] }
  const drafts = ['My sister works there.', 'We saw the Aquarium.', 'It rains in Oslo.']
  await before.store.add(
    owner('ada'),
    app('chat'),
    drafts.map((text) => draftOf(text, { annotations })),
    policyAt(),
  )
  await before.store.close()
  takeBack(path, 'entities of memories whose text does not name them', 'DROP TABLE mention_unsaid')

  const after = openSqliteMemoryStore({ path })
  cleanups.push(() => void after.store.close())
  const { linked } = await after.index.open(owner('ada'), undefined, entitiesFor(app('chat'), 'aquarium'))
  expect([...linked]).toEqual([['aquarium', [2, 0]]])
})

test('vectors of before there were rounded ones beside the codes give the same answers, from the first search on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-memory-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'memory.db')
  const { items, questions } = clusteredVectors(600, { groups: 4, spread: 0.5 }, 6)
  const before = openSqliteMemoryStore({ path })
  const drafts = items.map((_, n) => draftOf(`Note ${n}.`))
  await before.store.add(owner('ada'), app('chat'), drafts, policyAt())
  const claim = await before.vectors.claim('made-up/384', items.length, startMs, 60_000)
  if (claim === undefined) throw new Error('Nothing waits for a vector.')
  const vectors = claim.items.map(({ ordinal }) => items[ordinal] as Float32Array)
  await before.vectors.keep(claim, vectors)
  const nearest = async (engine: typeof before) => {
    const found: unknown[] = []
    for (const vector of questions) {
      const index = await engine.index.open(owner('ada'))
      const asked = { vector, space: 'made-up/384', count: 20, also: [], sample: [], ends: () => [] }
      const { cosines } = await index.nearest({ ...asked, beside: () => [], accept: () => true })
      found.push([...cosines.keys()].sort((left, right) => left - right))
    }
    return found
  }
  const found = await nearest(before)
  await before.store.close()

  const file = new DatabaseSync(path)
  const rows = file.prepare('SELECT ordinal, rounded FROM index_code').all()
  expect(rows).toHaveLength(items.length)
  for (const { ordinal, rounded } of rows)
    expect(rounded).toEqual(roundedBytes(items[Number(ordinal)] as Float32Array) as never)
  file.close()

  takeBack(path, 'rounded vectors beside the codes', '', undoLast)
  const after = openSqliteMemoryStore({ path })
  cleanups.push(() => void after.store.close())
  for (let round = 0; round < 2; round++) expect(await nearest(after)).toEqual(found)
})
