import { describe, expect, test } from 'bun:test'
import type { ListRequest, MemoryPage } from '../../../src/memory/ports.ts'
import type { MemoryId } from '../../../src/shared/brand.ts'
import { memoryId, owner, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { ada, chat, eve, opened, other } from './opened.ts'

export function describeListing(open: OpenMemoryStore): void {
  describe('reading and listing', () => {
    const here = opened(open)
    const of = owner('lister')
    const write = async () => {
      const texts = ['delta', 'alpha', 'charlie', 'bravo', 'echo']
      const ids: MemoryId[] = []
      for (const [at, text] of texts.entries()) {
        const parts = { categories: at % 2 === 0 ? ['even'] : ['odd', 'rare'], threadId: `t${at % 2}` }
        ids.push((await here.add(text, parts, at < 3 ? chat : other, startMs + at * 1_000, of)).id)
      }
      return ids
    }
    let written: Promise<MemoryId[]> | undefined
    const ids = () => {
      written ??= write()
      return written
    }
    const list = async (parts: Partial<ListRequest> = {}, filter: Partial<ListRequest['filter']> = {}) => {
      await ids()
      const request = { sort: 'createdAt', descending: true, limit: 10, ...parts } as const
      const { items, total } = await here.store.list(of, chat, {
        ...request,
        filter: { states: ['active'], ...filter },
      })
      return { texts: items.map(({ content }) => content), total, items }
    }

    test('the newest first, or the oldest', async () => {
      expect((await list()).texts).toEqual(['echo', 'bravo', 'charlie', 'alpha', 'delta'])
      expect((await list({ descending: false })).texts).toEqual(['delta', 'alpha', 'charlie', 'bravo', 'echo'])
    })

    test('by text, by app, by categories', async () => {
      expect((await list({ sort: 'content', descending: false })).texts).toEqual([
        'alpha',
        'bravo',
        'charlie',
        'delta',
        'echo',
      ])
      expect((await list({ sort: 'app', descending: false })).items.map(({ appId }) => appId)).toEqual([
        chat,
        chat,
        chat,
        other,
        other,
      ])
      expect((await list({ sort: 'categories', descending: false })).items[0]?.categories).toEqual(['even'])
    })

    test('pages by number and by cursor meet every memory once', async () => {
      const byNumber = [
        await list({ limit: 2 }),
        await list({ limit: 2, offset: 2 }),
        await list({ limit: 2, offset: 4 }),
      ]
      expect(byNumber.flatMap(({ texts }) => texts)).toEqual((await list()).texts)
      const first = await list({ limit: 2 })
      const last = first.items[1]
      expect(last).toBeDefined()
      const rest = await list({ limit: 10, ...(last === undefined ? {} : { after: last }) })
      expect([...first.texts, ...rest.texts]).toEqual((await list()).texts)
      expect(rest.total).toBe(5)
    })

    test('a page ends with the memory that brings it to so many bytes, and the next goes on behind it', async () => {
      const long = owner('writer of long texts')
      const texts = ['ä'.repeat(60_000), 'second', 'third', 'b'.repeat(90_000), 'c'.repeat(90_000)]
      for (const [at, text] of texts.entries()) await here.add(text, {}, chat, startMs + at, long)
      const pages: number[] = []
      let after: MemoryPage['items'][number] | undefined
      do {
        const page = await here.store.list(long, chat, {
          filter: { states: ['active'] },
          ...{ sort: 'createdAt', descending: false, limit: 3, bytes: 100_000, after },
        })
        expect(page.total).toBe(5)
        pages.push(page.items.length)
        after = page.items.at(-1)
      } while (after !== undefined)
      expect(pages).toEqual([1, 3, 1, 0])
    })

    test('of long texts no more is read than is asked for, in the page’s order and with its totals', async () => {
      const long = owner('reader of beginnings')
      const texts = [
        'a'.repeat(50),
        'ä'.repeat(101),
        'b'.repeat(90),
        'ä'.repeat(100),
        'same, and then z',
        'same, and then a',
      ]
      const added = []
      for (const [at, text] of texts.entries()) added.push(await here.add(text, {}, chat, startMs + at, long))
      const read = async (parts: Partial<ListRequest>) => {
        const page = {
          filter: { states: ['active' as const] },
          sort: 'createdAt',
          descending: false,
          limit: 10,
        } as const
        const { items, cut, total } = await here.store.list(long, chat, { ...page, ...parts })
        expect(total).toBe(texts.length)
        return items.map(({ id, content }) => [content.slice(0, 4), content.length, cut?.has(id) === true])
      }
      const reading = { wholeCharacters: 100, wholeBytes: 150, beginningCharacters: 8 }
      const start = (at: number) => texts[at]?.slice(0, 4) ?? ''
      const whole = (at: number) => [start(at), texts[at]?.length ?? 0, false]
      const beginning = (at: number) => [start(at), 8, true]
      const expected = [whole(0), beginning(1), whole(2), whole(3), beginning(4), beginning(5)]
      expect(await read({ texts: reading })).toEqual(expected)
      expect(await read({ texts: reading, offset: 1, limit: 3 })).toEqual([beginning(1), whole(2), whole(3)])
      expect(await read({ texts: reading, limit: 2, after: added[0] })).toEqual([beginning(1), whole(2)])
      expect(await read({ texts: reading, bytes: 300 })).toEqual(expected.slice(0, 3))
      expect(await read({})).toEqual(texts.map((_, at) => whole(at)))
      // Where their order is told by what is not read, too.
      const beginnings = { ...reading, wholeCharacters: 0 }
      const byText = await read({ texts: beginnings, sort: 'content' })
      expect(byText.map(([start]) => start)).toEqual(['aaaa', 'bbbb', 'same', 'same', 'ääää', 'ääää'])
      const sorted = await here.store.list(long, chat, {
        ...{ filter: { states: ['active'] }, sort: 'content', descending: false, limit: 10, texts: beginnings },
      })
      expect(sorted.items.slice(2, 4).map(({ id }) => id)).toEqual([added[5]?.id, added[4]?.id] as MemoryId[])
      expect(sorted.items[0]).toEqual({ ...added[0], content: 'aaaaaaaa' } as (typeof sorted.items)[0])
    })

    test('filters: categories, apps, time, words, thread, all together', async () => {
      expect((await list({}, { categories: ['rare', 'none'] })).texts).toEqual(['bravo', 'alpha'])
      expect((await list({}, { appIds: [other] })).texts).toEqual(['echo', 'bravo'])
      expect((await list({}, { from: startMs + 1_000, to: startMs + 2_000 })).texts).toEqual(['charlie', 'alpha'])
      expect((await list({}, { contains: 'HA' })).texts).toEqual(['charlie', 'alpha'])
      expect((await list({}, { threadId: 't1' })).texts).toEqual(['bravo', 'alpha'])
      expect((await list({}, { categories: ['even'], appIds: [chat], contains: 'l' })).texts).toEqual([
        'charlie',
        'delta',
      ])
      expect((await list({}, { categories: [] })).total).toBe(0)
      expect((await list({}, { appIds: [] })).total).toBe(0)
    })

    test('letters that mean something in SQL or a regular expression are letters', async () => {
      await here.add(`100 % sure; it's a_b "c" \\d ***=x [y](z){2}|^Q$ Ä+?\nnext`, {}, chat, startMs, eve)
      const found = async (contains: string) =>
        (
          await here.store.list(eve, chat, {
            filter: { states: ['active'], contains },
            sort: 'createdAt',
            descending: true,
            limit: 5,
          })
        ).total
      const parts = [
        '100 % s',
        "it's",
        'a_b',
        '"c"',
        '\\d',
        ' ***=',
        '***=X',
        '[y]',
        '(z)',
        '{2}|',
        '^q$',
        'Ä+?',
        '?\nN',
      ]
      for (const part of parts) expect([part, await found(part)]).toEqual([part, 1])
      for (const part of ['1%', 'a%b', "' OR 1=1 --", '100_%', 's.re', '[u]', '***:x', 'ä+'])
        expect([part, await found(part)]).toEqual([part, 0])
    })

    test('by ids: in their order, without those that do not exist', async () => {
      const [a, b] = await ids()
      if (a === undefined || b === undefined) throw new Error('nothing was written')
      const got = await here.store.get(of, chat, [b, memoryId(), a])
      expect(got.map(({ id }) => id)).toEqual([b, a])
    })

    test('an id of another owner does not exist', async () => {
      const [a] = await ids()
      expect(await here.store.get(ada, chat, a === undefined ? [] : [a])).toEqual([])
    })

    test('categories with their counts, the most used first', async () => {
      await ids()
      expect(await here.store.categories(of, chat, 2)).toEqual([
        { name: 'even', count: 3 },
        { name: 'odd', count: 2 },
      ])
      expect(await here.store.categories(ada, chat, 10)).toEqual([])
    })

    test('counts by state', async () => {
      await ids()
      expect(await here.store.counts(of, chat)).toEqual({ active: 5, paused: 0, archived: 0, deleted: 0 })
    })
  })
}
