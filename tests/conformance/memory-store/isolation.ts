import { describe, expect, test } from 'bun:test'
import type { MemoryId } from '../../../src/shared/brand.ts'
import { draftOf, onceClaim, owner, policyAt, setRule, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { chat, faultOf, opened, other } from './opened.ts'

const at = startMs + 1_000
const page = { limit: 100, offset: 0 }
const everything = { states: ['active', 'paused', 'archived', 'deleted'] as const }
const list = { filter: everything, sort: 'createdAt', descending: false, limit: 100 } as const

export function describeIsolation(open: OpenMemoryStore): void {
  describe('one owner and another', () => {
    const here = opened(open)
    const [hers, his] = [owner('isolated'), owner('curious')]

    /** All that an owner can see of what is theirs. */
    const all = async (of: typeof hers, ids: readonly MemoryId[]) => ({
      list: await here.store.list(of, chat, list),
      got: await here.store.get(of, chat, ids),
      counts: await here.store.counts(of, chat),
      categories: await here.store.categories(of, chat, 100),
      feed: await here.store.eventsAfter(of, 0, 100),
      last: await here.store.lastEvent(of),
      events: await Promise.all(ids.map((id) => here.store.events(of, chat, id, page))),
      log: await Promise.all(ids.map((id) => here.store.accessLog(of, chat, id, page))),
      days: await Promise.all(ids.map((id) => here.store.accessDays(of, chat, id, page))),
      apps: await here.store.apps(of),
      accessed: await here.store.accessedBy(of, chat, other, page),
      rule: await here.store.rule(of, other),
      preferences: await here.store.preferences(of),
    })

    test('no method shows, changes or removes what is another’s, whatever ids it is given', async () => {
      const a = await here.add('Hers, first.', { categories: ['private'], threadId: 'hers' }, chat, startMs, hers)
      const b = await here.add('Hers, second.', { threadId: 'hers' }, chat, startMs, hers)
      const ids = [a.id, b.id]
      await here.store.update(hers, chat, a.id, { metadata: { n: 1 } }, { at })
      here.store.logAccess(hers, other, [{ memoryId: a.id, kind: 'search', score: 1 }], at)
      await setRule(here.store, hers, { appId: other, paused: true, read: 'own', write: 'none', categories: ['x'] })
      await here.store.changePreferences(hers, () => ({ tone: 'dry' }), startMs)
      await here.store.keepConfirmation(hers, chat, 'wipe', 'isolated', startMs, startMs + 60_000)
      await here.store.beginOnce(hers, chat, onceClaim('key'), 'print', startMs)
      await here.store.endOnce(
        hers,
        chat,
        onceClaim('key'),
        { result: { text: 'Hers.' }, holdsTexts: true },
        startMs + 60_000,
      )
      const before = await all(hers, ids)

      const { store } = here
      const draft = draftOf('His.', { threadId: 'hers' })
      const change = { content: { text: 'His now.', hash: 'his' } }
      expect(await store.get(his, chat, ids)).toEqual([])
      expect((await store.list(his, chat, list)).total).toBe(0)
      expect(await store.counts(his, chat)).toEqual({ active: 0, paused: 0, archived: 0, deleted: 0 })
      expect([await store.categories(his, chat, 9), await store.eventsAfter(his, 0, 9), await store.apps(his)]).toEqual(
        [[], [], []],
      )
      expect([await store.lastEvent(his), (await store.accessedBy(his, chat, other, page)).total]).toEqual([0, 0])
      expect([(await store.rule(his, other)).paused, await store.preferences(his)]).toEqual([false, {}])
      for (const id of ids) {
        for (const refused of [
          () => store.update(his, chat, id, change, { at }),
          () => store.supersede(his, chat, id, draft, { at }),
          () => store.merge(his, chat, id, id === a.id ? b.id : a.id, change, { at }),
          () => store.undo(his, chat, id, { at }),
          () => store.events(his, chat, id, page),
          () => store.accessLog(his, chat, id, page),
          () => store.accessDays(his, chat, id, page),
        ]) {
          expect(await faultOf(refused())).toBe('not_found')
        }
      }
      expect(await store.setState(his, chat, ids, 'archived', { at })).toBe(0)
      expect(await store.setState(his, chat, everything, 'archived', { at })).toBe(0)
      expect(await store.delete(his, chat, ids, { at })).toEqual([])
      expect(await store.deleteAll(his, chat, { at })).toBe(0)
      store.logAccess(his, chat, [{ memoryId: a.id, kind: 'read' }], at)
      expect(await store.takeConfirmation(his, chat, 'wipe', 'isolated', startMs)).toBe(false)
      expect(await store.beginOnce(his, chat, onceClaim('key'), 'print', startMs)).toEqual({ kind: 'begin' })
      await store.dropOnce(his, chat, onceClaim('key'))
      await store.endOnce(his, chat, onceClaim('key'), { result: { text: 'His.' }, holdsTexts: true }, startMs + 60_000)
      await setRule(store, his, { appId: other, paused: false, read: 'all', write: 'all', categories: undefined })
      await store.changePreferences(his, () => ({ tone: 'loud' }), startMs)
      const [added] = await store.add(his, chat, [draftOf('Hers, first.', { threadId: 'hers' })], policyAt(at))
      expect(added).toMatchObject({ status: 'added', memory: { position: 0 } })
      const imported = { ...draftOf('His import.'), id: a.id, appId: chat, state: 'active' as const, position: 0 }
      const times = { validFrom: at, validTo: undefined, supersedes: undefined, createdAt: at, updatedAt: at }
      expect(await store.importAll(his, chat, [{ ...imported, ...times }], 'overwrite', at)).toEqual(['added'])

      expect(await all(hers, ids)).toEqual(before)
      expect(await store.takeConfirmation(hers, chat, 'wipe', 'isolated', startMs)).toBe(true)
      expect(await store.beginOnce(hers, chat, onceClaim('key'), 'print', startMs)).toMatchObject({ kind: 'done' })
      expect([await here.verify(hers), await here.verify(his)]).toEqual([[], []])
    })
  })
}
