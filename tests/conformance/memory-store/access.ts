import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { isUnrestricted, mayChange, mayRead } from '../../../src/memory/access.ts'
import { contentHash } from '../../../src/memory/content.ts'
import type { AccessRule } from '../../../src/memory/schema.ts'
import { anyRule, anyWrites } from '../../support/any-access.ts'
import { draftOf, onceClaim, owner, policyAt, setRule, startMs } from '../../support/memories.ts'
import { runs } from '../../support/runs.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { ada, added, chat, eve, faultOf, opened, other } from './opened.ts'

const at = startMs + 1_000
const rule = (parts: Partial<AccessRule> = {}): AccessRule => ({
  appId: chat,
  paused: false,
  read: 'all',
  write: 'all',
  categories: undefined,
  ...parts,
})

export function describeAccess(open: OpenMemoryStore): void {
  describe('access rules', () => {
    const here = opened(open)

    test('without a rule an app sees all of its user’s memories', async () => {
      expect(await here.store.rule(ada, chat)).toEqual(rule())
      expect(isUnrestricted(await here.store.rule(ada, chat))).toBe(true)
    })

    test('a rule comes back as it was set, for its owner alone', async () => {
      const set = rule({ paused: true, read: 'own', write: 'none', categories: ['a', "b'c"] })
      await setRule(here.store, ada, set)
      await setRule(here.store, ada, set)
      expect([await here.store.rule(ada, chat), await here.store.rule(eve, chat)]).toEqual([set, rule()])
      await setRule(here.store, ada, rule())
    })

    test('a paused app is told so, whatever it asks', async () => {
      const of = owner('pauser')
      const { id } = await here.add('Seen before.', {}, chat, startMs, of)
      await setRule(here.store, of, rule({ paused: true }))
      const list = { filter: { states: ['active' as const] }, sort: 'createdAt' as const, descending: true, limit: 1 }
      for (const ask of [
        () => here.store.get(of, chat, [id]),
        () => here.store.list(of, chat, list),
        () => here.store.add(of, chat, [draftOf('x')], policyAt()),
        () => here.store.update(of, chat, id, { metadata: {} }, { at }),
        () => here.store.setState(of, chat, [id], 'paused', { at }),
        () => here.store.delete(of, chat, [id], { at }),
        () => here.store.deleteAll(of, chat, { at }),
        () => here.store.counts(of, chat),
        () => here.store.categories(of, chat, 1),
        () => here.store.undo(of, chat, id, { at }),
      ]) {
        expect(await faultOf(ask())).toBe('forbidden')
      }
      expect(await here.store.get(of, other, [id])).toHaveLength(1)
    })

    test('OpenMemory’s defect: an app for which nothing is allowed gets nothing, not everything', async () => {
      const of = owner('closed')
      await here.add('For nobody.', { categories: ['work'] }, other, startMs, of)
      await setRule(here.store, of, rule({ categories: [] }))
      expect((await here.store.counts(of, chat)).active).toBe(0)
    })

    test('what an app may read but not change it is told; what it may not read does not exist for it', async () => {
      const of = owner('reader')
      const theirs = await here.add('Written by the other.', { categories: ['work'] }, other, startMs, of)
      await setRule(here.store, of, rule({ write: 'own' }))
      const change = () => here.store.update(of, chat, theirs.id, { metadata: {} }, { at })
      expect(await faultOf(change())).toBe('forbidden')
      expect(await faultOf(here.store.delete(of, chat, [theirs.id], { at }))).toBe('forbidden')
      await setRule(here.store, of, rule({ categories: ['health'] }))
      expect(await faultOf(change())).toBe('not_found')
      expect(await here.store.delete(of, chat, [theirs.id], { at })).toEqual([])
      const page = { limit: 1, offset: 0 }
      expect(await faultOf(here.store.events(of, chat, theirs.id, page))).toBe('not_found')
      expect(await faultOf(here.store.accessLog(of, chat, theirs.id, page))).toBe('not_found')
    })

    test('for any rule and any memories, the engine allows exactly what the rule says in plain words', async () => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(anyRule, anyWrites, async (ruled, writes) => {
          const of = owner(`property-${run++}`)
          const memories = await Promise.all(
            writes.map(({ by, categories }, n) => here.add(`Number ${n}.`, { categories }, by, startMs, of)),
          )
          await setRule(here.store, of, ruled)
          const ids = memories.map(({ id }) => id)
          const readableIds = memories.filter((memory) => mayRead(ruled, memory)).map(({ id }) => id)
          const changeableIds = memories.filter((memory) => mayChange(ruled, memory)).map(({ id }) => id)
          const mayReadAny = !ruled.paused && ruled.read !== 'none'
          const mayWriteAny = !ruled.paused && ruled.write !== 'none'
          const got = here.store.get(of, chat, ids)
          expect(mayReadAny ? (await got).map(({ id }) => id) : await faultOf(got)).toEqual(
            mayReadAny ? readableIds : 'forbidden',
          )
          const filter = { states: ['active' as const] }
          const list = () => here.store.list(of, chat, { filter, sort: 'createdAt', descending: false, limit: 10 })
          const [count, name] = [() => here.store.counts(of, chat), () => here.store.categories(of, chat, 10)]
          if (mayReadAny) {
            const [{ items, total }, counted, named] = await Promise.all([list(), count(), name()])
            expect([items.map(({ id }) => id).sort(), total]).toEqual([[...readableIds].sort(), readableIds.length])
            expect(counted.active).toBe(readableIds.length)
            const uses = memories.filter((memory) => mayRead(ruled, memory)).flatMap(({ categories }) => categories)
            expect(Object.fromEntries(named.map((one) => [one.name, one.count]))).toEqual(
              Object.fromEntries(uses.map((use) => [use, uses.filter((other) => other === use).length])),
            )
          } else for (const ask of [list, count, name]) expect(await faultOf(ask())).toBe('forbidden')
          const moved = here.store.setState(of, chat, ids, 'archived', { at })
          expect(mayWriteAny ? await moved : await faultOf(moved)).toBe(
            mayWriteAny ? changeableIds.length : 'forbidden',
          )
          const adding = here.store.add(of, chat, [draftOf('Something new.')], policyAt())
          expect(mayWriteAny ? added((await adding)[0]).content : await faultOf(adding)).toBe(
            mayWriteAny ? 'Something new.' : 'forbidden',
          )
          const gone = here.store.deleteAll(of, chat, { at })
          const own = ruled.read === 'none' ? 0 : 1
          expect(mayWriteAny ? await gone : await faultOf(gone)).toBe(
            mayWriteAny ? changeableIds.length + own : 'forbidden',
          )
        }),
        { numRuns: runs(200) },
      )
    }, 60_000)

    test('how a memory was before is shown, and restored, only to an app that might read it then', async () => {
      const of = owner('discloser')
      const hidden = { text: 'Nobody knows.', hash: contentHash('Nobody knows.') }
      const { id } = await here.add(hidden.text, { categories: ['health'] }, other, startMs, of)
      const content = { text: 'She works at the mill.', hash: contentHash('She works at the mill.') }
      await here.store.update(of, other, id, { content, categories: ['work'] }, { at })
      await setRule(here.store, of, rule({ categories: ['work'] }))
      const befores = async (reader: typeof chat) =>
        (await here.store.events(of, reader, id, { limit: 10, offset: 0 })).items.map(({ before }) => before?.content)
      expect(await befores(chat)).toEqual([undefined, undefined])
      expect(await befores(other)).toEqual([hidden.text, undefined])
      expect(await faultOf(here.store.undo(of, chat, id, { at }))).toBe('forbidden')
      expect((await here.store.undo(of, other, id, { at })).content).toBe(hidden.text)
    })

    test('a limited app reads in a history neither which others there are nor the ids of memories it may not read', async () => {
      const of = owner('discreet')
      const [own, own2] = [
        await here.add('Tea at five.', {}, chat, startMs, of),
        await here.add('Tea at six.', {}, chat, startMs, of),
      ]
      const corrected = (await here.store.supersede(of, other, own.id, draftOf('Coffee at five.'), { at })).memory
      const hidden = await here.add('Cake at six.', {}, other, startMs, of)
      await here.store.merge(of, other, own2.id, hidden.id, {}, { at })
      const mine = (await here.store.supersede(of, chat, own2.id, draftOf('Tea at seven.'), { at })).memory
      const seen = async (reader: typeof chat) => {
        const pages = [own, own2].map(({ id }) => here.store.events(of, reader, id, { limit: 10, offset: 0 }))
        const events = (await Promise.all(pages)).flatMap(({ items }) => items)
        return events.map(({ kind, appId, otherId }): (string | undefined)[] => [kind, appId, otherId])
      }
      const all = await seen(other)
      expect(all).toEqual([
        ['superseded', other, corrected.id],
        ['created', chat, undefined],
        ['superseded', chat, mine.id],
        ['merged', other, hidden.id],
        ['created', chat, undefined],
      ])
      const limited = [
        ['superseded', 'another app', undefined],
        ['created', chat, undefined],
        ['superseded', chat, mine.id],
        ['merged', 'another app', undefined],
        ['created', chat, undefined],
      ]
      for (const parts of [{ read: 'own' }, { categories: ['pets'] }] as const) {
        await setRule(here.store, of, rule(parts))
        expect(await seen(chat)).toEqual(limited)
      }
      expect(await seen(other)).toEqual(all)
    })

    test('taking back a supersession does not put away what the app may not change', async () => {
      const of = owner('taker')
      const { id } = await here.add('He lives in Lyon.', {}, chat, startMs, of)
      await here.store.supersede(of, other, id, draftOf('He lives in Rome.'), { at })
      await setRule(here.store, of, rule({ write: 'own' }))
      expect(await faultOf(here.store.undo(of, chat, id, { at }))).toBe('forbidden')
    })

    test('what other apps were given a moment ago is no echo to an app that may not read it', async () => {
      const of = owner('echoed')
      const { id } = await here.add('The key is under the willow.', {}, other, startMs, of)
      here.store.logAccess(of, other, [{ memoryId: id, kind: 'read' }], at)
      await setRule(here.store, of, rule({ read: 'own' }))
      const policy = {
        ...policyAt(at),
        recalledSince: 0,
        isEcho: (_: string, given: readonly object[]) => given.length > 0,
      }
      expect((await here.store.add(of, chat, [draftOf('The key is')], policy))[0]?.status).toBe('added')
      expect((await here.store.add(of, other, [draftOf('The key')], policy))[0]?.status).toBe('recalled')
    })

    test('an app that is paused and limited at the same moment is both', async () => {
      for (let round = 0; round < 20; round++) {
        const of = owner(`both-${round}`)
        const [paused, limited] = await Promise.all([
          here.store.changeRule(of, chat, (before) => ({ ...before, paused: true }), at),
          here.store.changeRule(of, chat, (before) => ({ ...before, read: 'own' }), at),
        ])
        expect([paused.paused, limited.read]).toEqual([true, 'own'])
        expect(await here.store.rule(of, chat)).toEqual(rule({ paused: true, read: 'own' }))
      }
    })

    test('results kept for an Idempotency-Key are not given to an app that was limited since', async () => {
      const of = owner('limiter')
      for (const by of [chat, other]) {
        await here.store.beginOnce(of, by, onceClaim('k'), 'f', at)
        await here.store.endOnce(
          of,
          by,
          onceClaim('k'),
          { result: { text: 'Known once.' }, holdsTexts: true },
          at + 1_000,
        )
      }
      await setRule(here.store, of, rule({ paused: true }))
      expect(await here.store.beginOnce(of, chat, onceClaim('k'), 'f', at)).toEqual({ kind: 'erased' })
      expect(await here.store.beginOnce(of, other, onceClaim('k'), 'f', at)).toMatchObject({ kind: 'done' })
    })
  })
}
