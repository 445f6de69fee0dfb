/** What a restore or a migration derives itself: a search right after it finds what it found before, from every engine to every engine. */
import { describe, expect, test } from 'bun:test'
import { transferRecordOf } from '../../src/dependencies/transfer-record.ts'
import type { DumpRow, DumpTable } from '../../src/memory/dump/ports.ts'
import type { Draft } from '../../src/memory/ports.ts'
import { recall } from '../../src/memory/recall.ts'
import type { Memory } from '../../src/memory/schema.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { type MemoryEngine, memoryEngines } from '../support/memory-engines.ts'

const chat = app('chat')
const by = { appId: chat, at: startMs }
const [ada, bob] = [owner('ada'), owner('bob')]
const about = (...names: string[]): Partial<Draft> => ({
  annotations: { entities: names.map((name) => ({ name })), relations: [] },
})

async function add(engine: MemoryEngine, of: typeof ada, text: string, parts: Partial<Draft> = {}): Promise<Memory> {
  const [outcome] = await engine.store.add(of, chat, [draftOf(text, parts)], policyAt())
  if (outcome?.memory === undefined) throw new Error('nothing was added')
  return outcome.memory
}
const found = async (engine: MemoryEngine, of: typeof ada, query: string) =>
  (await recall(engine, callerOf(of, 'chat'), { query, limit: 5, unlogged: true })).map(({ memory }) => memory.content)
const links = async (engine: MemoryEngine) =>
  (
    await engine.sql<{ link: string }>(
      "SELECT u.owner_id || ' ' || u.key || ' ' || m.id AS link FROM mention_unsaid AS u JOIN memory AS m ON m.seq = u.memory",
    )
  )
    .map(({ link }) => link)
    .sort()

/** Ada's: linked by her, by a model, by a name that the text says, and one that is gone. Bob's is his. */
async function fill(engine: MemoryEngine): Promise<void> {
  await add(engine, ada, 'My sister works there since then.', about('Aquarium', 'sister'))
  const { id, contentHash } = await add(engine, ada, 'We met again.')
  const derived = {
    ...{ facts: ['They met in Oslo.'], categories: [], occurredAt: undefined },
    ...{ entities: [], relations: [{ subject: 'Grace', predicate: 'visits', object: 'Oslo' }] },
  }
  expect(await engine.graphSource.keepExtraction(ada, id, contentHash, derived, by)).toBe(true)
  await add(engine, ada, 'Tea is best in the morning.')
  const gone = await add(engine, ada, 'It is loud there.', about('Harbour'))
  await engine.store.delete(ada, chat, [gone.id], { at: startMs })
  await add(engine, bob, 'He sleeps.', about('Rex'))
}

async function copy(from: MemoryEngine, to: MemoryEngine): Promise<void> {
  await to.dump.write((keep) => from.dump.read((table: DumpTable, rows: readonly DumpRow[]) => keep(table, rows)))
}

for (const { name, open } of memoryEngines) {
  test(`Every row that ${name} gives is a record of a backup, with each column of its table`, async () => {
    const engine = await open()
    try {
      await fill(engine)
      await recall(engine, callerOf(ada, 'chat'), { query: 'Aquarium', limit: 5 })
      const tables = new Set<DumpTable>()
      await engine.dump.read(async (table, rows) => {
        tables.add(table)
        for (const value of rows) transferRecordOf(JSON.parse(JSON.stringify({ kind: 'row', table, value })))
      })
      expect([...tables]).toEqual(expect.arrayContaining(['memory', 'memory_event', 'extraction']))
    } finally {
      await engine.close()
    }
  })
}

for (const { name, open } of memoryEngines) {
  test(`${name} refuses rows that are there twice, or that no column takes, as a wrong backup, and keeps none`, async () => {
    const engine = await open()
    try {
      for (const change of [{}, { id: 'another', seq: 1_000_000, state: 'unknown', position: 1_000_000 }]) {
        const one = await open()
        try {
          await add(one, ada, 'Tea.')
          const again = engine.dump.write((keep) =>
            one.dump.read(async (table, rows) => {
              await keep(table, rows)
              await keep(
                table,
                rows.map((row) => ({ ...row, ...change })),
              )
            }),
          )
          await expect(again).rejects.toMatchObject({ kind: 'invalid', code: 'backup_broken', field: 'memory' })
        } finally {
          await one.close()
        }
        expect(await engine.sql('SELECT seq FROM memory')).toHaveLength(0)
      }
    } finally {
      await engine.close()
    }
  })
}

for (const source of memoryEngines) {
  for (const target of memoryEngines) {
    describe(`Memories of ${source.name} restored on ${target.name}`, () => {
      test('are found at once by what they are linked to, and a later write changes no link', async () => {
        const [from, to] = [await source.open(), await target.open()]
        try {
          await fill(from)
          await copy(from, to)
          expect(await found(to, ada, 'Aquarium')).toEqual(['My sister works there since then.'])
          expect(await found(to, ada, 'Oslo')).toEqual(['We met again.'])
          expect([await found(to, ada, 'Harbour'), await found(to, ada, 'Rex')]).toEqual([[], []])
          expect(await found(to, bob, 'Rex')).toEqual(['He sleeps.'])
          const restored = await links(to)
          expect(restored).toEqual(await links(from))
          expect(restored).toHaveLength(4)
          for (const of of [ada, bob]) await add(to, of, 'It rains.')
          expect(await links(to)).toEqual(restored)
        } finally {
          await Promise.all([from.close(), to.close()])
        }
      })

      test('what the restore does not complete leaves no link', async () => {
        const [from, to] = [await source.open(), await target.open()]
        try {
          await fill(from)
          const broken = to.dump.write(async (keep) => {
            await from.dump.read((table, rows) => keep(table, rows))
            throw new Error('the file ends here')
          })
          await expect(broken).rejects.toThrow('the file ends here')
          expect(await links(to)).toEqual([])
        } finally {
          await Promise.all([from.close(), to.close()])
        }
      })
    })
  }
}
