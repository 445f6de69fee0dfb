/** What an app is given by search, as related, and of a memory's history, on every engine: what its rule says in plain words. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { relatedMemories } from '../../src/memory/operations/about-memory.ts'
import { search } from '../../src/memory/recall.ts'
import type { AccessRule, Memory } from '../../src/memory/schema.ts'
import type { MemoryServices } from '../../src/memory/services.ts'
import { anyRule, anyWrites } from '../support/any-access.ts'
import { callerOf, draftOf, owner, policyAt, setRule, startMs } from '../support/memories.ts'
import { type MemoryEngine, memoryEngines } from '../support/memory-engines.ts'
import { runs } from '../support/runs.ts'
import { added, chat, faultOf } from './memory-store/opened.ts'

/** A rule in plain words, told anew: search asks the product's own telling of it. */
const seen = (ruled: AccessRule, { appId, categories }: Pick<Memory, 'appId' | 'categories'>): boolean => {
  const allowed = ruled.categories
  if (ruled.paused || ruled.read === 'none') return false
  if (appId === ruled.appId) return true
  return ruled.read === 'all' && (allowed === undefined || categories.some((one) => allowed.includes(one)))
}
const idsOf = (memories: readonly { readonly id: string }[]) => memories.map(({ id }) => id).sort()

for (const { name, open } of memoryEngines) {
  describe(`Access rules in recall on ${name}`, () => {
    let engine: MemoryEngine
    let run = 0
    beforeAll(async () => {
      engine = await open()
    })
    afterAll(() => engine.close())

    test('scores and reasons are those that an app would get if what it may not read had never been told', async () => {
      const talk = fc.array(
        fc.record({
          write: anyWrites.filter((writes) => writes.length > 0).map((writes) => writes[0] as (typeof writes)[number]),
          thread: fc.constantFrom('lawyer', 'dentist', 'choir'),
          text: fc.constantFrom('The lighthouse keeper', 'A keeper of bees', 'The harbour, and its lighthouse', 'Rain'),
          kind: fc.constantFrom('self' as const, 'assistant' as const),
        }),
        { minLength: 2, maxLength: 12 },
      )
      await fc.assert(
        fc.asyncProperty(
          anyRule.filter(({ paused, read }) => !paused && read !== 'none'),
          talk,
          async (ruled, said) => {
            const [all, readable] = [`told-${run}`, `untold-${run++}`]
            const scores = async (of: string) => {
              await setRule(engine.store, owner(of), ruled)
              const caller = callerOf(of, chat, { nowMs: startMs + 1_000 })
              const asked = { query: 'the lighthouse keeper', limit: 50, unlogged: true, explain: true }
              const { hits } = await search(engine, caller, asked)
              return hits.map(({ memory, score, why }) => ({ content: memory.content, score, why }))
            }
            for (const [n, { write, thread, text, kind }] of said.entries()) {
              const { categories } = write
              const draft = () => draftOf(`${text}, ${n}.`, { categories, threadId: thread, speaker: { kind } })
              await engine.store.add(owner(all), write.by, [draft()], policyAt())
              if (seen(ruled, { appId: write.by, categories: [...categories] }))
                await engine.store.add(owner(readable), write.by, [draft()], policyAt())
            }
            expect(await scores(all)).toEqual(await scores(readable))
          },
        ),
        { numRuns: runs(40) },
      )
    }, 60_000)

    test('for any rule and any memories, search, related and history give exactly what the rule says', async () => {
      await fc.assert(
        fc.asyncProperty(anyRule, anyWrites, async (ruled, writes) => {
          const of = `recall-${run++}`
          const memories: Memory[] = []
          for (const [n, { by, categories }] of writes.entries()) {
            const draft = draftOf(`Number ${n}: the lighthouse keeper.`, { categories })
            memories.push(added((await engine.store.add(owner(of), by, [draft], policyAt()))[0]))
          }
          await setRule(engine.store, owner(of), ruled)
          const readable = idsOf(memories.filter((memory) => seen(ruled, memory)))
          const caller = callerOf(of, chat, { nowMs: startMs + 1_000 })
          const asked = { query: 'lighthouse keeper', limit: 50, unlogged: true }
          const searching = search(engine, caller, asked)
          const mayReadAny = !ruled.paused && ruled.read !== 'none'
          if (!mayReadAny) expect(await faultOf(searching)).toBe('forbidden')
          else expect(idsOf((await searching).hits.map(({ memory }) => memory))).toEqual(readable)

          const services = { ...engine, appNames: { names: async () => new Map() } } as unknown as MemoryServices
          for (const { id } of memories) {
            const related = relatedMemories.run(services, caller, { id }) as Promise<{ memories: Memory[] }>
            const history = engine.store.events(owner(of), chat, id, { limit: 10, offset: 0 })
            const readings = engine.store.accessLog(owner(of), chat, id, { limit: 10, offset: 0 })
            if (readable.includes(id)) {
              expect(idsOf((await related).memories)).toEqual(readable.filter((one) => one !== id))
              expect((await history).items).toMatchObject([{ kind: 'created', memoryId: id }])
              expect((await readings).total).toBe(0)
            } else {
              const kind = mayReadAny ? 'not_found' : 'forbidden'
              const faults = await Promise.all([related, history, readings].map(faultOf))
              expect(faults).toEqual([kind, kind, kind])
            }
          }
        }),
        { numRuns: runs(name === 'SQLite' ? 100 : 40) },
      )
    }, 60_000)
  })
}
