import { describe, expect, test } from 'bun:test'
import { draftOf, owner, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { chat, opened, other } from './opened.ts'

const at = startMs + 1_000
const page = { limit: 10, offset: 0 }

export function describeAccounts(open: OpenMemoryStore): void {
  describe('a person who goes', () => {
    const here = opened(open)

    test('everything of theirs is removed, tombstones too, and it is said how much; nothing of anybody else', async () => {
      const [goes, stays] = [owner('goes'), owner('stays')]
      for (const of of [goes, stays]) {
        const kept = await here.add('Something kept.', { categories: ['c'] }, chat, startMs, of)
        const gone = await here.add('Something deleted.', {}, chat, startMs, of)
        await here.store.delete(of, chat, [gone.id], { at })
        here.store.logAccess(of, chat, [{ memoryId: kept.id, kind: 'read' }], at)
        await here.store.setRule(of, { appId: other, paused: true, read: 'all', write: 'all', categories: undefined })
        await here.store.setPreferences(of, { theme: 'dark' })
        await here.store.beginOnce(of, chat, `key ${of}`, 'print', at)
      }
      expect(await here.store.eraseOwner(goes, at)).toEqual({ memories: 1, events: 3, readings: 1, rules: 1 })
      expect(await here.store.eraseOwner(goes, at)).toEqual({ memories: 0, events: 0, readings: 0, rules: 0 })
      expect(await here.store.counts(goes, chat)).toEqual({ active: 0, paused: 0, archived: 0, deleted: 0 })
      expect(await here.store.lastEvent(goes)).toBe(0)
      expect(await here.store.apps(goes)).toEqual([])
      expect(await here.store.preferences(goes)).toEqual({})
      expect(await here.store.beginOnce(goes, chat, `key ${goes}`, 'print', at)).toEqual({ kind: 'begin' })
      expect(await here.verify(goes)).toEqual([])

      expect(await here.store.counts(stays, chat)).toMatchObject({ active: 1, deleted: 1 })
      expect((await here.store.apps(stays)).map(({ appId }) => appId)).toEqual([chat, other])
      expect(await here.store.preferences(stays)).toEqual({ theme: 'dark' })
      expect(await here.verify(stays)).toEqual([])
    })

    test('whoever comes back begins anew', async () => {
      const of = owner('returns')
      const { id } = await here.add('Before.', {}, chat, startMs, of)
      await here.store.eraseOwner(of, at)
      const again = await here.add('After.', {}, chat, at, of)
      expect(await here.store.get(of, chat, [id, again.id])).toMatchObject([{ content: 'After.' }])
      const imported = { ...draftOf('Before.'), id, appId: chat, state: 'active' as const, position: undefined }
      const times = { validFrom: at, validTo: undefined, supersedes: undefined, createdAt: at, updatedAt: at }
      expect(await here.store.importAll(of, chat, [{ ...imported, ...times }], 'skip', at)).toEqual(['added'])
      expect((await here.store.events(of, chat, id, page)).items).toMatchObject([{ kind: 'imported' }])
    })
  })
}
