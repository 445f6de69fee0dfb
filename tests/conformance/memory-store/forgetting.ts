import { describe, expect, test } from 'bun:test'
import { contentHash } from '../../../src/memory/content.ts'
import { draftOf, memoryId, onceClaim, owner, policyAt, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { ada, chat, eve, faultOf, opened, other } from './opened.ts'

const at = startMs + 1_000

export function describeForgetting(open: OpenMemoryStore): void {
  describe('forgetting', () => {
    const here = opened(open)

    test('a deleted memory is gone for reading, listing and searching, and leaves a tombstone without text', async () => {
      const memory = await here.add('A marker-quokka to forget.', {
        categories: ['gone'],
        metadata: { q: 'marker-quokka' },
      })
      const hash = contentHash('A second marker-quokka.')
      await here.store.update(ada, chat, memory.id, { content: { text: 'A second marker-quokka.', hash } }, { at })
      here.store.logAccess(ada, other, [{ memoryId: memory.id, kind: 'search' }], at)
      expect(await here.store.delete(ada, chat, [memory.id, memoryId()], { at })).toEqual([memory.id])
      expect(await here.store.get(ada, chat, [memory.id])).toEqual([])
      expect(await here.store.categories(ada, chat, 100)).not.toContainEqual({ name: 'gone', count: 1 })
      const tombs = await here.store.list(ada, chat, {
        filter: { states: ['deleted'] },
        sort: 'createdAt',
        descending: true,
        limit: 10,
      })
      expect(tombs.items).toMatchObject([{ id: memory.id, content: '', contentHash: '', categories: [], metadata: {} }])
      expect(JSON.stringify(tombs)).not.toContain('quokka')
      const events = await here.store.events(ada, chat, memory.id, { limit: 10, offset: 0 })
      expect(events.items.map(({ kind }) => kind)).toEqual(['deleted', 'updated', 'created'])
      expect(JSON.stringify(events)).not.toContain('quokka')
      expect(JSON.stringify(await here.store.accessLog(ada, chat, memory.id, { limit: 9, offset: 0 }))).not.toContain(
        'quokka',
      )
      expect(await here.verify(ada)).toEqual([])
    })

    test('a result kept for an Idempotency-Key is erased with what it holds, and its key stays used', async () => {
      const { id } = await here.add('Kept in a result.')
      await here.store.beginOnce(ada, chat, onceClaim('key'), 'print', at)
      await here.store.endOnce(
        ada,
        chat,
        onceClaim('key'),
        { result: { text: 'Kept in a result.' }, holdsTexts: true },
        at + 60_000,
      )
      await here.store.delete(ada, chat, [id], { at })
      expect(await here.store.beginOnce(ada, chat, onceClaim('key'), 'print', at)).toEqual({ kind: 'erased' })
    })

    test('nor is the result of a request kept under which memories were erased, unless it holds no text', async () => {
      const { id } = await here.add('Erased in between.')
      const end = (key: string, holdsTexts: boolean) =>
        here.store.endOnce(ada, chat, onceClaim(key), { result: { ids: [id] }, holdsTexts }, at + 60_000)
      for (const key of ['adding', 'deleting']) await here.store.beginOnce(ada, chat, onceClaim(key), 'print', at)
      await here.store.delete(ada, chat, [id], { at })
      expect(await here.store.beginOnce(ada, chat, onceClaim('adding'), 'print', at)).toEqual({ kind: 'running' })
      await end('adding', true)
      await end('deleting', false)
      expect(await here.store.beginOnce(ada, chat, onceClaim('adding'), 'print', at)).toEqual({ kind: 'erased' })
      const repeated = await here.store.beginOnce(ada, chat, onceClaim('deleting'), 'print', at)
      expect(repeated).toEqual({ kind: 'done', result: { ids: [id] } })
    })

    test('the same text can be remembered again after it was forgotten', async () => {
      const { id } = await here.add('Comes and goes.')
      await here.store.delete(ada, chat, [id], { at })
      const [outcome] = await here.store.add(ada, chat, [draftOf('Comes and goes.')], policyAt(at))
      expect(outcome?.status).toBe('added')
    })

    test('a deletion may ask for a version, and a tombstone is not deleted again, changed or moved', async () => {
      const { id } = await here.add('Of version one.')
      expect(await faultOf(here.store.delete(ada, chat, [id], { at, ifVersion: 2 }))).toBe('precondition_failed')
      expect(await here.store.delete(ada, chat, [id, id], { at, ifVersion: 1 })).toEqual([id])
      expect(await here.store.delete(ada, chat, [id], { at })).toEqual([])
      expect(await here.store.setState(ada, chat, [id], 'active', { at })).toBe(0)
      expect(await faultOf(here.store.update(ada, chat, id, { metadata: {} }, { at }))).toBe('not_found')
      expect(await faultOf(here.store.undo(ada, chat, id, { at }))).toBe('not_found')
    })

    test('OpenMemory’s defect: deleting everything of one owner leaves every other owner’s', async () => {
      const [mine, hers] = [owner('wiper'), owner('keeper')]
      for (const of of [mine, hers]) for (const n of [1, 2, 3]) await here.add(`Number ${n}.`, {}, chat, startMs, of)
      expect(await here.store.deleteAll(mine, chat, { at })).toBe(3)
      expect((await here.store.counts(mine, chat)).active).toBe(0)
      expect((await here.store.counts(hers, chat)).active).toBe(3)
      expect([await here.verify(mine), await here.verify(hers)]).toEqual([[], []])
    })

    test('an id of another owner deletes nothing', async () => {
      const { id } = await here.add('Not yours.')
      expect(await here.store.delete(eve, chat, [id], { at })).toEqual([])
      expect(await here.store.get(ada, chat, [id])).toHaveLength(1)
    })
  })
}
