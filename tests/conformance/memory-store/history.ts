import { describe, expect, test } from 'bun:test'
import { memoryId, owner, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { ada, chat, eve, faultOf, opened, other } from './opened.ts'

const at = startMs + 1_000
const page = { limit: 10, offset: 0 }

export function describeHistory(open: OpenMemoryStore): void {
  describe('history and access log', () => {
    const here = opened(open)

    test('events rise, and are read after a cursor by their owner alone', async () => {
      const of = owner('feed')
      expect(await here.store.lastEvent(of)).toBe(0)
      const { id } = await here.add('Seen by the feed.', {}, chat, startMs, of)
      const last = await here.store.lastEvent(of)
      await here.add('Of somebody else.', {}, chat, startMs, eve)
      await here.store.setState(of, other, [id], 'paused', { at })
      await here.store.delete(of, chat, [id], { at })
      const events = await here.store.eventsAfter(of, last, 10)
      expect(events.map(({ kind, appId, memoryId: about }) => [kind, appId, about])).toEqual([
        ['state_changed', other, id],
        ['deleted', chat, id],
      ])
      expect(events.every(({ seq }) => seq > last)).toBe(true)
      expect(await here.store.eventsAfter(of, last, 1)).toEqual(events.slice(0, 1))
      expect(await here.store.lastEvent(of)).toBe(events[1]?.seq ?? -1)
    })

    test('readings are kept with who, when and at which score; the newest first', async () => {
      const { id } = await here.add('Read by two.')
      here.store.logAccess(ada, chat, [{ memoryId: id, kind: 'search', score: 1.5 }], at)
      here.store.logAccess(ada, other, [{ memoryId: id, kind: 'read' }], at + 1)
      const log = await here.store.accessLog(ada, chat, id, page)
      expect(log.total).toBe(2)
      expect(log.items).toMatchObject([
        { memoryId: id, appId: other, kind: 'read', score: undefined, at: at + 1 },
        { memoryId: id, appId: chat, kind: 'search', score: 1.5, at },
      ])
      expect((await here.store.accessLog(ada, chat, id, { limit: 1, offset: 1 })).items).toHaveLength(1)
    })

    test('readings are counted by app and day of UTC, what was read last first; pages are of such days', async () => {
      const of = owner('days')
      const { id } = await here.add('Read for days.', {}, chat, startMs, of)
      const midnight = Date.UTC(2026, 10, 3)
      const reads = (by: typeof chat, ...times: number[]) => {
        for (const time of times) here.store.logAccess(of, by, [{ memoryId: id, kind: 'read' }], time)
      }
      reads(chat, midnight - 20, midnight - 10, midnight - 1)
      reads(other, midnight - 15, midnight, midnight + 2)
      reads(chat, midnight + 1, midnight + 86_399_999, midnight + 86_400_000)
      const days = [
        { appId: chat, lastAt: midnight + 86_400_000, count: 1 },
        { appId: chat, lastAt: midnight + 86_399_999, count: 2 },
        { appId: other, lastAt: midnight + 2, count: 2 },
        { appId: chat, lastAt: midnight - 1, count: 3 },
        { appId: other, lastAt: midnight - 15, count: 1 },
      ]
      expect(await here.store.accessDays(of, chat, id, page)).toEqual({ items: days, total: 5 })
      expect(await here.store.accessDays(of, chat, id, { limit: 2, offset: 2 })).toEqual({
        items: days.slice(2, 4),
        total: 5,
      })
      expect(await here.store.accessDays(of, chat, id, { limit: 2, offset: 9 })).toEqual({ items: [], total: 5 })
      expect(await faultOf(here.store.accessDays(eve, chat, id, page))).toBe('not_found')
    })

    test('a reading of what does not exist, or of another owner’s, is not kept', async () => {
      const { id } = await here.add('Only hers to log.')
      here.store.logAccess(eve, chat, [{ memoryId: id, kind: 'read' }], at)
      here.store.logAccess(ada, chat, [{ memoryId: memoryId(), kind: 'read' }], at)
      expect((await here.store.accessLog(ada, chat, id, page)).total).toBe(0)
      expect(await here.store.app(eve, chat)).toMatchObject({ memoriesAccessed: 0 })
    })

    test('a reading is kept whatever becomes of the write that comes behind it', async () => {
      const { id } = await here.add('Read, then not deleted.')
      here.store.logAccess(ada, chat, [{ memoryId: id, kind: 'read' }], at)
      const refused = here.store.delete(ada, chat, [id], { at, ifVersion: 99 })
      expect(await faultOf(refused)).toBe('precondition_failed')
      expect((await here.store.accessLog(ada, chat, id, page)).total).toBe(1)
    })

    test('apps by what they wrote and read, with their rules', async () => {
      const of = owner('apps')
      const a = await here.add('By chat.', {}, chat, startMs, of)
      const b = await here.add('By chat too.', {}, chat, startMs, of)
      here.store.logAccess(
        of,
        other,
        [a, b].map(({ id }) => ({ memoryId: id, kind: 'read' as const })),
        at,
      )
      here.store.logAccess(of, other, [{ memoryId: b.id, kind: 'read' }], at + 5)
      const none = { memoriesCreated: 0, memoriesAccessed: 0, firstAccessed: undefined, lastAccessed: undefined }
      expect(await here.store.apps(of)).toMatchObject([
        { ...none, appId: chat, memoriesCreated: 2, rule: { paused: false, read: 'all', write: 'all' } },
        { ...none, appId: other, memoriesAccessed: 2, firstAccessed: at, lastAccessed: at + 5 },
      ])
      expect(await here.store.app(ada, other)).not.toMatchObject({ memoriesAccessed: 2 })
      const given = await here.store.accessedBy(of, chat, other, page)
      expect(given.total).toBe(2)
      expect(given.items.map(({ memory, count }) => [memory.id, count])).toEqual([
        [b.id, 2],
        [a.id, 1],
      ])
    })
  })
}
