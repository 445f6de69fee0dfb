import { describe, expect, test } from 'bun:test'
import { Fault } from '../../../src/shared/fault.ts'
import { draftOf, onceClaim, owner, policyAt, setRule, startMs } from '../../support/memories.ts'
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
        await setRule(here.store, of, { appId: other, paused: true, read: 'all', write: 'all', categories: undefined })
        await here.store.changePreferences(of, () => ({ theme: 'dark' }), startMs)
        await here.store.beginOnce(of, chat, onceClaim(`key ${of}`), 'print', at)
      }
      expect(await here.store.eraseOwner(goes, at)).toEqual({ memories: 1, events: 3, readings: 1, rules: 1 })
      expect(await here.store.eraseOwner(goes, at)).toEqual({ memories: 0, events: 0, readings: 0, rules: 0 })
      expect(await here.store.counts(goes, chat)).toEqual({ active: 0, paused: 0, archived: 0, deleted: 0 })
      expect(await here.store.lastEvent(goes)).toBe(0)
      expect(await here.store.apps(goes)).toEqual([])
      expect(await here.store.preferences(goes)).toEqual({})
      expect(await here.store.beginOnce(goes, chat, onceClaim(`key ${goes}`), 'print', at)).toEqual({ kind: 'begin' })
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

    test('what was asked for before an account was erased, and comes late, is not written', async () => {
      const [of, by] = [owner('waited'), owner('beside')]
      const before = at - 1
      const { id } = await here.add('Known before.', {}, chat, startMs, of)
      const other = await here.add('Known too.', {}, chat, startMs, of)
      await here.store.eraseOwner(of, at)
      const imported = { ...draftOf('x'), appId: chat, state: 'active' as const, position: undefined }
      const times = { validFrom: at, validTo: undefined, supersedes: undefined, createdAt: at, updatedAt: at }
      const writes: Record<string, (askedAt: number) => Promise<unknown>> = {
        add: (askedAt) => here.store.add(of, chat, [draftOf('Late.')], policyAt(askedAt)),
        update: (askedAt) => here.store.update(of, chat, id, { metadata: {} }, { at: askedAt }),
        setState: (askedAt) => here.store.setState(of, chat, [id], 'archived', { at: askedAt }),
        delete: (askedAt) => here.store.delete(of, chat, [id], { at: askedAt }),
        deleteAll: (askedAt) => here.store.deleteAll(of, chat, { at: askedAt }),
        supersede: (askedAt) => here.store.supersede(of, chat, id, draftOf('Late.'), { at: askedAt }),
        merge: (askedAt) => here.store.merge(of, chat, id, other.id, {}, { at: askedAt }),
        undo: (askedAt) => here.store.undo(of, chat, id, { at: askedAt }),
        importAll: (askedAt) => here.store.importAll(of, chat, [{ ...imported, ...times }], 'skip', askedAt),
        changeRule: (askedAt) => here.store.changeRule(of, chat, (rule) => ({ ...rule, paused: true }), askedAt),
        changePreferences: (askedAt) => here.store.changePreferences(of, () => ({ theme: 'dark' }), askedAt),
        keepConfirmation: (askedAt) => here.store.keepConfirmation(of, chat, 'wipe', 'late', askedAt, at + 1_000),
      }
      for (const [name, write] of Object.entries(writes)) {
        expect([name, await codeOf(write(before))]).toEqual([name, 'account_erased'])
      }
      // A reading that waited for its write behind the answer.
      here.store.logAccess(of, chat, [{ memoryId: id, kind: 'read' }], before)
      expect(await here.store.apps(of)).toEqual([])
      expect(await here.store.lastEvent(of)).toBe(0)
      expect(await here.store.preferences(of)).toEqual({})
      expect(await here.store.takeConfirmation(of, chat, 'wipe', 'late', at)).toBe(false)
      expect(await here.store.counts(of, chat)).toEqual({ active: 0, paused: 0, archived: 0, deleted: 0 })

      expect((await here.store.add(by, chat, [draftOf('Hers.')], policyAt(before)))[0]?.status).toBe('added')
      expect((await here.store.add(of, chat, [draftOf('Anew.')], policyAt(at)))[0]?.status).toBe('added')
    })
  })
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    return error instanceof Fault ? error.code : String(error)
  }
}
