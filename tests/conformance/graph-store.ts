/** What every engine of the graph keeps to; the guarantees are stated in memory/graph/ports.ts. Run by one small file an engine. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openRule } from '../../src/memory/access.ts'
import { type GraphMemory, type GraphSource, type GraphStore, memoriesPerEntity } from '../../src/memory/graph/ports.ts'
import type { Annotations } from '../../src/memory/graph/schema.ts'
import type { Draft, MemoryStore } from '../../src/memory/ports.ts'
import type { AccessRule, Memory } from '../../src/memory/schema.ts'
import type { MemoryId, OwnerId } from '../../src/shared/brand.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { plainGraph } from './graph-store/plain.ts'

export interface OpenedGraph {
  readonly graph: GraphStore
  readonly store: MemoryStore
  readonly source: GraphSource
  /** How many random cases to compare: every question of a server takes its time. */
  readonly runs?: number
  /** Brings the graph up to date with the store. */
  sync(): Promise<void>
  close(): Promise<void>
}

const [chat, mail] = [app('chat'), app('mail')]
const at = startMs + 1_000
const open = openRule(chat)
const about = (entities: readonly string[], relations: Annotations['relations'] = []): Partial<Draft> => ({
  annotations: { entities: entities.map((name) => ({ name })), relations },
})

export function describeGraphStore(engine: string, openGraph: () => Promise<OpenedGraph>): void {
  describe(`GraphStore on ${engine}`, () => {
    let here: OpenedGraph
    let round = 0
    /** Owners of a run of their own: an engine may be shared and keep them. */
    const prefix = `graph-${Math.random().toString(36).slice(2)}`
    beforeAll(async () => {
      here = await openGraph()
    })
    afterAll(() => here.close())
    const nobody = () => owner(`${prefix}-${round++}`)
    async function add(of: OwnerId, text: string, parts: Partial<Draft> = {}, by = chat): Promise<Memory> {
      const [outcome] = await here.store.add(of, by, [draftOf(text, parts)], policyAt())
      if (outcome?.memory === undefined) throw new Error('nothing was added')
      return outcome.memory
    }
    const entities = async (of: OwnerId, rule = open) =>
      (await here.graph.entities(of, rule, { asOf: at, limit: 100 })).map(({ key, memories }) => `${key} ${memories}`)
    const timeline = async (of: OwnerId, key: string, rule = open) => {
      const request = { from: undefined, to: undefined, limit: 100, descending: false }
      return (await here.graph.timeline(of, rule, key, request)).map(({ memoryId }) => memoryId)
    }

    test('a memory’s entities are those that were given and those that its text shows', async () => {
      const of = nobody()
      await add(of, 'My wife wrote to ada@example.com on 7 May 2023.', {
        annotations: { entities: [{ name: 'Grace Hopper', kind: 'person' }], relations: [] },
      })
      await here.sync()
      expect(await here.graph.entities(of, open, { asOf: at, limit: 10 })).toEqual([
        { key: '2023-05-07', name: '2023-05-07', kind: 'date', memories: 1 },
        { key: 'ada@example.com', name: 'ada@example.com', kind: 'email', memories: 1 },
        { key: 'grace hopper', name: 'Grace Hopper', kind: 'person', memories: 1 },
      ])
    })

    test('names that differ in case and spacing are one entity', async () => {
      const of = nobody()
      for (const name of ['Ada Lovelace', 'ada  lovelace', ' ADA LOVELACE '])
        await add(of, `About ${name}!`, about([name]))
      await here.sync()
      expect(await entities(of)).toEqual(['ada lovelace 3'])
    })

    test('an update, a merge, an undo and a deletion are followed', async () => {
      const of = nobody()
      const rex = await add(of, 'the dog rex', about(['rex', 'dogs']))
      const bo = await add(of, 'the cat bo', about(['bo']))
      const content = { text: 'the dog fido', hash: 'fido' }
      await here.store.update(of, chat, rex.id, { content }, { at })
      await here.sync()
      expect(await entities(of)).toEqual(['bo 1'])
      await here.store.undo(of, chat, rex.id, { at })
      await here.sync()
      expect(await entities(of)).toEqual(['bo 1', 'dogs 1', 'rex 1'])
      const both = { text: 'the dog rex and the cat bo', hash: 'both' }
      const annotations = about(['rex', 'bo']).annotations
      await here.store.merge(of, chat, rex.id, bo.id, { content: both, ...(annotations && { annotations }) }, { at })
      await here.sync()
      expect([await timeline(of, 'bo'), await timeline(of, 'rex')]).toEqual([[rex.id], [rex.id]])
      await here.store.delete(of, chat, [rex.id, bo.id], { at })
      await here.sync()
      expect(await entities(of)).toEqual([])
    })

    test('two times: what holds no more is not counted now, is counted as of then, and stands in the timeline', async () => {
      const of = nobody()
      const old = await add(of, 'lives in Rome', { ...about(['rome']), occurredAt: startMs - 5_000 })
      const draft = draftOf('lives in Oslo', { ...about(['rome', 'oslo']), validFrom: at })
      const { memory } = await here.store.supersede(of, chat, old.id, draft, { at })
      await here.sync()
      const asOf = async (time: number) =>
        (await here.graph.entities(of, open, { asOf: time, limit: 9 })).map(({ key, memories }) => `${key} ${memories}`)
      expect([await asOf(at - 1), await asOf(at)]).toEqual([['rome 1'], ['oslo 1', 'rome 1']])
      expect(await timeline(of, 'rome')).toEqual([old.id, memory.id])
    })

    test('a relation joins its two ends, both ways, with the memory that states it', async () => {
      const of = nobody()
      const { id } = await add(of, 'ada works at acme', {
        annotations: { entities: [], relations: [{ subject: 'Ada', predicate: 'Works at', object: 'Acme' }] },
      })
      await here.sync()
      const to = (key: string, name: string) => ({ key, name, kind: 'other' as const })
      const predicate = 'works_at'
      expect(await here.graph.links(of, open, ['ada', 'acme'], at)).toEqual([
        { from: 'ada', to: to('acme', 'Acme'), memoryId: id, relation: { predicate, reversed: false } },
        { from: 'acme', to: to('ada', 'Ada'), memoryId: id, relation: { predicate, reversed: true } },
      ])
    })

    test('owners do not meet, though they know the same people', async () => {
      const [of, other] = [nobody(), nobody()]
      await add(of, 'mine', about(['grace', 'rome']))
      const theirs = await add(other, 'hers', about(['grace', 'oslo']))
      await here.sync()
      expect(await entities(of)).toEqual(['grace 1', 'rome 1'])
      expect((await here.graph.links(of, open, ['grace', 'oslo'], at)).map(({ to }) => to.key)).toEqual(['rome'])
      expect(await here.graph.shared(of, open, theirs.id, at)).toEqual([])
      expect(await timeline(of, 'oslo')).toEqual([])
    })

    test('letters that mean something in a query language are letters', async () => {
      const of = nobody()
      const odd = `') RETURN 1 // "x" \\ {a: 1} $p \` %_*`
      await add(of, 'an odd one', about([odd, 'plain']))
      await here.sync()
      const key = odd.toLowerCase()
      expect((await here.graph.links(of, open, [key], at)).map(({ to }) => to.key)).toEqual(['plain'])
      expect(await here.graph.entities(of, open, { asOf: at, limit: 9, contains: '%_*' })).toMatchObject([{ key }])
    })

    test('of what is named everywhere only the newest memories take part', async () => {
      const of = nobody()
      const drafts = Array.from({ length: memoriesPerEntity + 5 }, (_, n) =>
        draftOf(`number ${n}`, about(['hub', `e${n}`])),
      )
      await here.store.add(of, chat, drafts, policyAt())
      await here.sync()
      const links = await here.graph.links(of, open, ['hub'], at)
      expect(links.map(({ to }) => to.key)).toEqual(
        Array.from({ length: memoriesPerEntity }, (_, n) => `e${memoriesPerEntity + 4 - n}`),
      )
    })

    test('for any memories and any rule: what a plain list answers', async () => {
      const names = ['a', 'b', 'c', 'd']
      const written = fc.record({
        by: fc.constantFrom(chat, mail),
        categories: fc.subarray(['work', 'health']),
        entities: fc.subarray(names),
        relations: fc.array(
          fc.record({
            subject: fc.constantFrom(...names),
            predicate: fc.constantFrom('p', 'q'),
            object: fc.constantFrom(...names),
          }),
          { maxLength: 2 },
        ),
        kind: fc.constantFrom('other' as const, 'person' as const, 'place' as const),
        validFrom: fc.integer({ min: 0, max: 9 }),
        ends: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        occurred: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
        state: fc.constantFrom('active' as const, 'active' as const, 'paused' as const, 'archived' as const),
      })
      const rules = fc.record({
        appId: fc.constant(chat),
        paused: fc.boolean(),
        read: fc.constantFrom('all', 'own', 'none'),
        write: fc.constant('all'),
        categories: fc.option(fc.subarray(['work', 'health']), { nil: undefined }),
      }) satisfies fc.Arbitrary<AccessRule>
      await fc.assert(
        fc.asyncProperty(
          fc.array(written, { minLength: 1, maxLength: 8 }),
          fc.array(rules, { minLength: 1, maxLength: 3 }),
          fc.integer({ min: 0, max: 12 }),
          async (writes, ruled, time) => {
            const of = nobody()
            const memories = writes.map(({ entities: named, relations, kind, ...one }, n) => ({
              ...draftOf(`text ${n}`, {
                categories: one.categories,
                annotations: { entities: named.map((name) => ({ name, kind })), relations },
                occurredAt: one.occurred,
              }),
              appId: one.by,
              state: one.state,
              position: n,
              validFrom: one.validFrom,
              validTo: one.ends === undefined ? undefined : one.validFrom + one.ends,
              supersedes: undefined,
              createdAt: startMs,
              updatedAt: startMs,
              source: 'import' as const,
            }))
            await here.store.importAll(of, chat, memories, 'skip', startMs)
            await here.sync()
            const truth: readonly GraphMemory[] = await here.source.graphMemories(
              of,
              memories.map(({ id }) => id),
            )
            expect(truth).toHaveLength(memories.length)
            const plain = plainGraph(truth)
            for (const rule of [open, ...ruled]) {
              for (const ask of [
                (graph: typeof plain) => graph.entities(of, rule, { asOf: time, limit: 3 }),
                (graph: typeof plain) => graph.entities(of, rule, { asOf: time, limit: 9, keys: ['b', 'zz', 'a'] }),
                (graph: typeof plain) => graph.links(of, rule, ['c', 'a', 'none'], time),
                (graph: typeof plain) => graph.shared(of, rule, memories[0]?.id as MemoryId, time),
                (graph: typeof plain) => graph.timeline(of, rule, 'a', { from: 2, to: 8, limit: 3, descending: true }),
                (graph: typeof plain) =>
                  graph.timeline(of, rule, 'a', { from: undefined, to: undefined, limit: 9, descending: false }),
              ]) {
                expect(await ask(here.graph)).toEqual(await ask(plain))
              }
            }
          },
        ),
        { numRuns: here.runs ?? 60 },
      )
    }, 120_000)
  })
}
