/** What only SQLite's files can show: nothing of a forgotten text is left in them, and nothing acknowledged is lost. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { openRule } from '../../src/memory/access.ts'
import { search } from '../../src/memory/recall.ts'
import type { MemoryId } from '../../src/shared/brand.ts'
import { keepMarked } from '../support/marked-memory.ts'
import { app, callerOf, draftOf, memoryId, owner, policyAt, startMs } from '../support/memories.ts'
import { runs } from '../support/runs.ts'

const [ada, chat] = [owner('ada'), app('chat')]
const marker = 'xylophonequokka'
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memories-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Which of the database's files hold the marker. */
const filesWith = (text: string) =>
  readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(text))

describe('SQLite’s files', () => {
  test('a deletion erases the text from the file and its log: contents, events, questions, kept results, words of the index, what a model said', async () => {
    const { store, graphSource } = openSqliteMemoryStore({ path: join(folder, 'memory.db') })
    const others = Array.from({ length: 200 }, (_, n) =>
      draftOf(`Something else entirely, number ${n}. ${'filler '.repeat(40)}`),
    )
    await store.add(ada, chat, others, policyAt())
    const [first, second] = await keepMarked({ store, graphSource }, marker, 'It sings on and on. '.repeat(300))
    store.logAccess(ada, chat, [{ memoryId: first, kind: 'search' }], startMs)
    expect(filesWith(marker)).not.toEqual([])
    expect(await store.delete(ada, chat, [first, second], { at: startMs })).toHaveLength(2)
    expect(filesWith(marker)).toEqual([])
    await store.close()
    expect(filesWith(marker)).toEqual([])
  })

  test('the words of a question are in no file, whatever it found', async () => {
    const path = join(folder, 'asked.db')
    const { store, index } = openSqliteMemoryStore({ path })
    const draft = draftOf('It rains in June.')
    await store.add(ada, chat, [draft], policyAt())
    const asked = { query: `when does it rain on the ${marker}`, limit: 5 }
    const { hits } = await search({ store, index, embedder: undefined }, callerOf('ada', 'chat'), asked)
    expect(hits).toHaveLength(1)
    expect((await store.accessLog(ada, chat, draft.id, { limit: 5, offset: 0 })).total).toBe(1)
    expect(filesWith(marker)).toEqual([])
    await store.close()
    expect(filesWith(marker)).toEqual([])
  })

  test('the first change after another program read the words leaves none of them behind', async () => {
    const path = join(folder, 'read-anew.db')
    const { store, verify } = openSqliteMemoryStore({ path })
    // Enough words for the index to be packed.
    const drafts = Array.from({ length: 200 }, (_, n) =>
      draftOf(Array.from({ length: 30 }, (_, m) => `word${n}x${m}`).join(' ')),
    )
    await store.add(ada, chat, drafts, policyAt())
    const [changed, erased] = drafts.map(({ id }) => id)
    const readByAnother = () => {
      const other = new DatabaseSync(path)
      other.exec('UPDATE index_owner SET analyzer = 0')
      other.close()
    }
    readByAnother()
    const content = { text: 'Quite another text.', hash: 'another' }
    await store.update(ada, chat, changed ?? memoryId(), { content }, { at: startMs })
    expect(verify(ada)).toEqual([])
    readByAnother()
    await store.delete(ada, chat, [erased ?? memoryId()], { at: startMs })
    expect(verify(ada)).toEqual([])
    await store.close()
  })

  test('who asks what memories are about waits for no writer', async () => {
    const path = join(folder, 'asked.db')
    const { store, graph, graphSource } = openSqliteMemoryStore({ path })
    const draft = draftOf('Grace moved to Lisbon.', {
      annotations: { entities: [{ name: 'Grace', kind: 'person' }], relations: [] },
    })
    await store.add(ada, chat, [draft], policyAt())
    const writer = new DatabaseSync(path)
    writer.exec('BEGIN IMMEDIATE')
    const rule = openRule(chat)
    expect((await graph.entities(ada, rule, { asOf: startMs, limit: 9 })).map(({ key }) => key)).toContain('grace')
    expect(
      await graph.timeline(ada, rule, 'grace', { from: undefined, to: undefined, limit: 1, descending: false }),
    ).toHaveLength(1)
    expect((await graphSource.knowledge(ada, rule, draft.id))?.mentions.map(({ key }) => key)).toContain('grace')
    writer.close()
    await store.close()
  })
})

const writer = `
import { openSqliteMemoryStore } from '${new URL('../../src/adapters/sqlite/memory/store.ts', import.meta.url).pathname}'
import { app, draftOf, memoryId, owner, policyAt } from '${new URL('../support/memories.ts', import.meta.url).pathname}'
const { store } = openSqliteMemoryStore({ path: process.argv[2] })
const round = process.argv[3]
for (let n = 0; ; n++) {
  const kind = n % 10
  const drafts = Array.from({ length: kind === 0 ? 20 : 1 }, (_, k) => draftOf('Round ' + round + ' write ' + n + ' part ' + k + ' of the endless list.'))
  const outcomes = await store.add(owner('ada'), app('chat'), drafts, policyAt(Date.now()))
  const ids = outcomes.map(({ memory }) => memory.id)
  if (kind === 5) await store.delete(owner('ada'), app('chat'), ids, { at: Date.now() })
  process.stdout.write((kind === 5 ? '-' : '+') + ids.join(',') + '\\n')
}
`

describe('kill -9', () => {
  test('of writes that were acknowledged none is lost, none is half done, and the index agrees with the table', async () => {
    const path = join(folder, 'killed.db')
    const script = join(folder, 'writer.ts')
    await Bun.write(script, writer)
    const kept = new Set<string>()
    const gone = new Set<string>()
    for (let round = 0; kept.size < runs(1_000); round++) {
      const child = Bun.spawn([process.execPath, script, path, String(round)], { stdout: 'pipe', stderr: 'inherit' })
      let text = ''
      const decoder = new TextDecoder()
      let lines = 0
      for await (const chunk of child.stdout) {
        text += decoder.decode(chunk, { stream: true })
        lines = text.split('\n').length - 1
        if (lines >= 60) child.kill('SIGKILL')
      }
      await child.exited
      expect(lines).toBeGreaterThanOrEqual(60)
      for (const line of text.slice(0, text.lastIndexOf('\n')).split('\n')) {
        for (const id of line.slice(1).split(',')) (line.startsWith('+') ? kept : gone).add(id)
      }
      const { store, verify } = openSqliteMemoryStore({ path })
      expect(verify(ada)).toEqual([])
      expect(await store.get(ada, chat, [...kept] as MemoryId[])).toHaveLength(kept.size)
      expect(await store.get(ada, chat, [...gone] as MemoryId[])).toEqual([])
      const { active } = await store.counts(ada, chat)
      const batchesWhole = (active - kept.size) % 20 === 0 || active - kept.size === 1
      expect(batchesWhole).toBe(true)
      await store.close()
      // What was written but not acknowledged when the process died counts as kept from here on.
      const all = openSqliteMemoryStore({ path })
      for (let offset = 0; ; offset += 500) {
        const { items } = await all.store.list(ada, chat, {
          filter: { states: ['active'] },
          sort: 'createdAt',
          descending: false,
          limit: 500,
          offset,
        })
        for (const { id } of items) kept.add(id)
        if (items.length < 500) break
      }
      await all.store.close()
    }
  }, 60_000)
})
