import { describe, expect, test } from 'bun:test'
import { contentHash } from '../../../src/memory/content.ts'
import type { MemoryFilter } from '../../../src/memory/ports.ts'
import { memoryId, owner, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { ada, chat, eve, faultOf, opened, other } from './opened.ts'

const text = (content: string) => ({ content: { text: content, hash: contentHash(content) } })
const at = startMs + 1_000

export function describeChanging(open: OpenMemoryStore): void {
  describe('changing', () => {
    const here = opened(open)

    test('an update changes what it names, raises the version, and keeps how it was', async () => {
      const before = await here.add('Tea at four.', { categories: ['habit'], metadata: { a: 1 } })
      const after = await here.store.update(ada, chat, before.id, text('Tea at five.'), { at })
      expect(after).toEqual({
        ...before,
        ...{ content: 'Tea at five.', contentHash: contentHash('Tea at five.') },
        updatedAt: at,
        version: 2,
      })
      expect(await here.store.get(ada, chat, [before.id])).toEqual([after])
      const { items } = await here.store.events(ada, chat, before.id, { limit: 10, offset: 0 })
      expect(items[0]).toMatchObject({ kind: 'updated', appId: chat, at, before: { content: 'Tea at four.' } })
    })

    test('OpenMemory’s defect: an update is found by its new words and not by its old ones', async () => {
      const before = await here.add('The zebra sleeps.')
      await here.store.update(ada, chat, before.id, text('The walrus sleeps.'), { at })
      expect(await here.verify(ada)).toEqual([])
    })

    test('categories, metadata and date change by themselves', async () => {
      const before = await here.add('A concert.', { categories: ['old'] })
      const change = { categories: ['music', 'new'], metadata: { seat: 7 }, occurredAt: startMs - 5 }
      expect(await here.store.update(ada, chat, before.id, change, { at })).toMatchObject({
        ...change,
        content: 'A concert.',
      })
      const listed = async (category: string) =>
        (
          await here.store.list(ada, chat, {
            filter: { states: ['active'], categories: [category] },
            sort: 'createdAt',
            descending: true,
            limit: 5,
          })
        ).total
      expect([await listed('old'), await listed('new')]).toEqual([0, 1])
    })

    test('RFC 9110 section 13.1.1: of 100 parallel updates that name one version, one wins', async () => {
      const { id } = await here.add('Contended.')
      const kinds = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          faultOf(here.store.update(ada, chat, id, text(`Won by ${n}.`), { at, ifVersion: 1 })),
        ),
      )
      expect(kinds.filter((kind) => kind === 'none')).toHaveLength(1)
      expect(new Set(kinds)).toEqual(new Set(['none', 'precondition_failed']))
      expect((await here.store.get(ada, chat, [id]))[0]?.version).toBe(2)
    })

    test('what does not exist, or is another owner’s, is not found and not changed', async () => {
      const { id } = await here.add('Hers.')
      expect(await faultOf(here.store.update(ada, chat, memoryId(), text('x'), { at }))).toBe('not_found')
      expect(await faultOf(here.store.update(eve, chat, id, text('x'), { at }))).toBe('not_found')
      expect(await here.store.setState(eve, chat, [id], 'archived', { at })).toBe(0)
      expect((await here.store.get(ada, chat, [id]))[0]).toMatchObject({
        content: 'Hers.',
        state: 'active',
        version: 1,
      })
    })

    test('states move by ids and by filter; those that are there already do not count', async () => {
      const of = owner('states')
      const [a, b] = [
        await here.add('One.', { categories: ['c'] }, chat, startMs, of),
        await here.add('Two.', {}, other, startMs, of),
      ]
      expect(await here.store.setState(of, chat, [a.id, memoryId()], 'paused', { at })).toBe(1)
      expect(await here.store.setState(of, chat, [a.id], 'paused', { at })).toBe(0)
      const all: MemoryFilter = { states: ['active', 'paused'] }
      expect(await here.store.setState(of, chat, { ...all, appIds: [other] }, 'archived', { at })).toBe(1)
      expect(await here.store.setState(of, chat, { ...all, categories: ['c'] }, 'active', { at })).toBe(1)
      expect((await here.store.get(of, chat, [a.id, b.id])).map(({ state, version }) => [state, version])).toEqual([
        ['active', 3],
        ['archived', 2],
      ])
      expect(await here.store.counts(of, chat)).toEqual({ active: 1, paused: 0, archived: 1, deleted: 0 })
    })

    test('preferences are each owner’s own', async () => {
      expect(await here.store.preferences(ada)).toEqual({})
      await here.store.changePreferences(ada, () => ({ tone: 'dry' }), startMs)
      expect([await here.store.preferences(ada), await here.store.preferences(eve)]).toEqual([{ tone: 'dry' }, {}])
    })
  })
}
