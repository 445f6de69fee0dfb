import { describe, expect, test } from 'bun:test'
import { contentHash } from '../../../src/memory/content.ts'
import { draftOf, memoryId, owner, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { ada, chat, eve, faultOf, opened } from './opened.ts'

const text = (content: string) => ({ content: { text: content, hash: contentHash(content) } })
const at = startMs + 1_000

export function describeCorrections(open: OpenMemoryStore): void {
  describe('correcting', () => {
    const here = opened(open)
    const heldAt = async (asOf: number, of = ada) => {
      const filter = { states: ['active' as const], asOf }
      const page = await here.store.list(of, chat, { filter, sort: 'createdAt', descending: false, limit: 10 })
      return page.items.map(({ content }) => content)
    }

    test('a fact that changed: the new one holds from then on, the old one until then', async () => {
      const of = owner('mover')
      const old = await here.add('She lives in Lyon.', {}, chat, startMs, of)
      const draft = draftOf('She lives in Rome.')
      const { closed, memory } = await here.store.supersede(of, chat, old.id, draft, { at })
      expect(closed).toMatchObject({ id: old.id, content: 'She lives in Lyon.', validTo: at, version: 2 })
      expect(memory).toMatchObject({ supersedes: old.id, validFrom: at, threadId: old.threadId, position: 1 })
      expect([await heldAt(at - 1, of), await heldAt(at, of)]).toEqual([['She lives in Lyon.'], ['She lives in Rome.']])
      const { items } = await here.store.events(of, chat, old.id, { limit: 1, offset: 0 })
      expect(items).toMatchObject([{ kind: 'superseded', otherId: memory.id, before: { validTo: undefined } }])
      expect(await here.verify(of)).toEqual([])
    })

    test('a memory is superseded once, not by its own text, and not from before it began', async () => {
      const old = await here.add('The shop opens at nine.')
      const by = (content: string, parts = {}) =>
        faultOf(here.store.supersede(ada, chat, old.id, draftOf(content, parts), { at }))
      expect(await by('The shop opens at nine.')).toBe('conflict')
      expect(await by('The shop opens at ten.', { validFrom: startMs - 1 })).toBe('invalid')
      expect(await by('The shop opens at ten.')).toBe('none')
      expect(await by('The shop opens at eleven.')).toBe('conflict')
    })

    test('of 100 parallel supersessions one wins', async () => {
      const old = await here.add('The password of the race.')
      const kinds = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          faultOf(here.store.supersede(ada, chat, old.id, draftOf(`Successor ${n}.`), { at })),
        ),
      )
      expect(kinds.filter((kind) => kind === 'none')).toHaveLength(1)
    })

    test('undo of a supersession: the old one holds again and the new one is put away', async () => {
      const of = owner('undoer')
      const old = await here.add('Plan A.', {}, chat, startMs, of)
      const { memory } = await here.store.supersede(of, chat, old.id, draftOf('Plan B.'), { at })
      expect(await here.store.undo(of, chat, old.id, { at: at + 1 })).toMatchObject({ validTo: undefined, version: 3 })
      expect(await heldAt(at + 2, of)).toEqual(['Plan A.'])
      expect((await here.store.get(of, chat, [memory.id]))[0]?.state).toBe('archived')
    })

    test('undo goes back step by step through updates and states, and then says that nothing is left', async () => {
      const { id } = await here.add('Version one.', { categories: ['first'] })
      await here.store.update(ada, chat, id, { ...text('Version two.'), categories: ['second'] }, { at })
      await here.store.setState(ada, chat, [id], 'archived', { at })
      const undo = () => here.store.undo(ada, chat, id, { at })
      expect(await undo()).toMatchObject({ content: 'Version two.', state: 'active' })
      expect(await undo()).toMatchObject({
        content: 'Version one.',
        contentHash: contentHash('Version one.'),
        categories: ['first'],
      })
      expect(await faultOf(undo())).toBe('conflict')
      expect(await here.verify(ada)).toEqual([])
    })

    test('a merge makes one of two and can be undone from either', async () => {
      for (const undoing of [0, 1]) {
        const of = owner(`merger${undoing}`)
        const a = await here.add('Rex is a dog.', {}, chat, startMs, of)
        const b = await here.add('Rex is brown.', {}, chat, startMs, of)
        const merged = await here.store.merge(of, chat, a.id, b.id, text('Rex is a brown dog.'), { at })
        expect(merged).toMatchObject({ id: a.id, content: 'Rex is a brown dog.', version: 2 })
        expect(await heldAt(at, of)).toEqual(['Rex is a brown dog.'])
        await here.store.undo(of, chat, undoing === 0 ? a.id : b.id, { at })
        expect(await heldAt(at, of)).toEqual(['Rex is a dog.', 'Rex is brown.'])
        expect(await here.verify(of)).toEqual([])
      }
    })

    test('a merge whose other half was changed since is not undone half', async () => {
      const [a, b] = [await here.add('Half one.'), await here.add('Half two.')]
      await here.store.merge(ada, chat, a.id, b.id, text('Both halves.'), { at })
      await here.store.update(ada, chat, a.id, text('Both halves, polished.'), { at })
      expect(await faultOf(here.store.undo(ada, chat, b.id, { at }))).toBe('conflict')
      expect((await here.store.get(ada, chat, [b.id]))[0]?.state).toBe('archived')
    })

    test('nothing of this touches another owner', async () => {
      const [mine, hers] = [await here.add('Mine.', {}, chat, startMs, eve), await here.add('Hers alone.')]
      expect(await faultOf(here.store.supersede(eve, chat, hers.id, draftOf('x'), { at }))).toBe('not_found')
      expect(await faultOf(here.store.merge(eve, chat, mine.id, hers.id, text('x'), { at }))).toBe('not_found')
      expect(await faultOf(here.store.undo(eve, chat, hers.id, { at }))).toBe('not_found')
      expect(await faultOf(here.store.undo(ada, chat, memoryId(), { at }))).toBe('not_found')
      expect((await here.store.get(eve, chat, [mine.id]))[0]).toMatchObject({ content: 'Mine.', version: 1 })
    })
  })
}
