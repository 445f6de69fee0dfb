import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/adapters/sqlite/database.ts'
import { memoryMigrations } from '../../src/adapters/sqlite/memory/migrations.ts'
import { memoryStoreOn, openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

/** Where the step of a name stands, and all that a program before it had. */
function stepsBefore(name: string) {
  const at = memoryMigrations.findIndex((step) => step.name === name)
  expect(at).toBeGreaterThan(0)
  return memoryMigrations.slice(0, at)
}

test('of who has conversations the vectors are made anew, with passages; of who has none they stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-memory-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'memory.db')
  const before = openDatabase({ path, migrations: stepsBefore('codes of passages of a conversation') })
  const talk = ['Where do you sail?', 'On the lake.', 'Alone?'].map((text) => draftOf(text, { threadId: 'talk' }))
  const store = memoryStoreOn(before)
  await store.add(owner('ada'), app('chat'), talk, policyAt())
  await store.add(
    owner('ida'),
    app('chat'),
    ['Tea.', 'Milk.', 'Rice.'].map((text) => draftOf(text)),
    policyAt(),
  )
  before.run("UPDATE index_owner SET space = 'small', embedded_to = next_ordinal")
  before.close()

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
