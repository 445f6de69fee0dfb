/** What every adapter of `VectorIndex` keeps to when a passage of a conversation is erased with a memory in it: it is made anew. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { EmbeddingClaim } from '../../src/memory/index/ports.ts'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import type { ImportedMemory } from '../../src/memory/ports/imports.ts'
import { Fault } from '../../src/shared/fault.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import type { MemoryEngine, OpenEngine } from '../support/memory-engines.ts'
import { testClock } from '../support/time.ts'

const ada = owner('ada')
const chat = app('chat')
const space = 'small/2'
/** As far apart as two vectors can be: whose code is kept shows in its sign. */
const [low, high] = [Float32Array.of(-1, 0), Float32Array.of(1, 0)]

export function describePassagesAnew(name: string, open: OpenEngine): void {
  describe(`Passages that were erased, on ${name}`, () => {
    let engine: MemoryEngine
    let ids: string[]
    /** What the model was given, call by call. */
    let given: string[][]
    let clock: ReturnType<typeof testClock>
    /** What happens while the model works. */
    let meanwhile: () => Promise<unknown> = async () => undefined
    beforeEach(async () => {
      engine = await open()
      clock = testClock(startMs)
      meanwhile = async () => undefined
      ids = []
      for (const content of ['One.', 'Two.', 'Three.', 'Four.']) {
        const [added] = await engine.store.add(ada, chat, [draftOf(content, { threadId: 'a talk' })], policyAt(startMs))
        ids.push(added?.memory?.id ?? '')
      }
      await embedAll()
      given = []
    })
    afterEach(() => engine.close())

    const embed = (embedder = { embed: async (texts: readonly string[]) => texts.map(() => low) }) =>
      embedItems({
        vectors: engine.vectors,
        clock,
        embedder: {
          space,
          questionBudgetMs: 1_000,
          embedQuestion: async () => low,
          async embed(texts) {
            given?.push([...texts])
            await meanwhile()
            return embedder.embed(texts)
          },
        },
      })
    const embedAll = async () => {
      while ((await embed()) > 0);
    }
    const reword = (place: number, text: string) =>
      engine.store.update(ada, chat, ids[place] as never, { content: { text, hash: text } }, { at: startMs })
    const erase = (...places: number[]) =>
      engine.store.delete(ada, chat, places.map((place) => ids[place]) as never, { at: startMs })
    const claim = (at = startMs) => engine.vectors.claim(space, 10, at, 1_000)
    const keep = (taken: EmbeddingClaim | undefined, vector: Float32Array) => {
      if (taken === undefined) throw new Error('Nothing waits.')
      const all = taken.items.map(({ text }) => (text === undefined ? undefined : vector))
      return engine.vectors.keep(
        taken,
        all,
        taken.items.map(({ passage }) => (passage === undefined ? undefined : vector)),
      )
    }
    const waiting = async () => (await engine.sql('SELECT ordinal FROM index_passage_waiting')).length
    /** Of which vector the passage's code is that ends at the third message; undefined where it has none. */
    const codeOf = async () => {
      const index = await engine.index.open(ada)
      const request = { vector: high, space, count: 10, also: [], sample: [], beside: () => [], ends: () => [2] }
      await index.nearest({ ...request, accept: () => true })
      const likeness = index.passages(high, space)(2)
      return likeness === undefined ? undefined : likeness < 0 ? 'low' : 'high'
    }

    test('are made of what is left once a message in them is erased, and no message is embedded again', async () => {
      await erase(0)
      expect(await codeOf()).toBeUndefined()
      const index = await engine.index.open(ada)
      expect(index.lacksVectors(space)).toBe(false)
      await embedAll()
      expect(given).toEqual([['Two.\nThree.']])
      expect(await codeOf()).toBe('low')
      expect(await claim()).toBeUndefined()
      expect(await waiting()).toBe(0)
    })

    test('are made of the new words once a message in them is reworded', async () => {
      await reword(1, '2.')
      await embedAll()
      expect(given).toEqual([['2.'], ['One.\n2.\nThree.']])
      expect(await codeOf()).toBe('low')
    })

    test('are made of what is left once a message in them is merged into another', async () => {
      await engine.store.merge(
        ada,
        chat,
        ids[0] as never,
        ids[1] as never,
        { content: { text: 'One and two.', hash: 'h' } },
        { at: startMs },
      )
      await embedAll()
      expect(given.flat().filter((text) => text.includes('\n'))).toEqual(['One and two.\nTwo.\nThree.'])
      expect(await codeOf()).toBe('low')
    })

    test('are made of all that is there once a message is imported between those that are embedded', async () => {
      const imported = (content: string, position: number): ImportedMemory => ({
        ...draftOf(content, { threadId: 'another talk' }),
        appId: chat,
        state: 'active',
        position,
        validFrom: startMs,
        validTo: undefined,
        supersedes: undefined,
        createdAt: startMs,
        updatedAt: startMs,
      })
      const add = (...memories: ImportedMemory[]) => engine.store.importAll(ada, chat, memories, 'skip', startMs)
      await add(imported('A.', 0), imported('C.', 2), imported('F.', 5), imported('Z.', 30))
      await embedAll()
      given = []
      await add(imported('B.', 1), imported('G.', 31))
      expect(await waiting()).toBe(2)
      await embedAll()
      expect(given.flat().toSorted()).toEqual(['A.\nB.\nC.', 'A.\nB.\nC.\nF.', 'B.', 'G.'])
      expect(await waiting()).toBe(0)
      given = []
      // Alone there was none; now there is.
      await add(imported('Y.', 28))
      await add(imported('H.', 32))
      await add(imported('X.', 27))
      await embedAll()
      expect(given.flat()).toContain('X.\nY.\nZ.\nG.\nH.')
      expect(await waiting()).toBe(0)
    })

    test('stay as they are while a message in them is archived or paused', async () => {
      for (const state of ['archived', 'paused'] as const) {
        await engine.store.setState(ada, chat, [ids[0] as never], state, { at: startMs })
      }
      expect(await codeOf()).toBe('low')
      expect(await claim()).toBeUndefined()
    })

    test('are no more once the message is erased at which they end', async () => {
      await erase(0)
      expect(await waiting()).toBe(1)
      await erase(2)
      expect(await waiting()).toBe(0)
      expect(await claim()).toBeUndefined()
    })

    test('of a single message wait for nothing', async () => {
      await erase(0, 1)
      await embedAll()
      expect(given).toEqual([])
      expect(await codeOf()).toBeUndefined()
      expect(await waiting()).toBe(0)
    })

    test('are kept of the last words, however often those change while the model works', async () => {
      await reword(1, 'first')
      const edits = ['second', 'third', 'fourth']
      meanwhile = async () => {
        const isPassage = given.at(-1)?.some((text) => text.includes('\n'))
        const next = isPassage ? edits.shift() : undefined
        if (next !== undefined) await reword(1, next)
        expect(await codeOf()).toBeUndefined()
      }
      await embedAll()
      expect(given.flat().filter((text) => text.includes('\n'))).toEqual(
        ['first', 'second', 'third', 'fourth'].map((text) => `One.\n${text}\nThree.`),
      )
      expect(await codeOf()).toBe('low')
      expect(await waiting()).toBe(0)
    })

    test('are made anew where a message in them changed while they were embedded with those at which they end', async () => {
      await engine.vectors.renew('embeddings', ada, 0)
      meanwhile = async () => {
        meanwhile = async () => undefined
        await erase(0)
      }
      await embed()
      expect(await codeOf()).toBeUndefined()
      await embedAll()
      expect(given.at(-1)).toEqual(['Two.\nThree.'])
      expect(await codeOf()).toBe('low')
    })

    test('are given to one process until its lease ends; of one that died nothing is lost', async () => {
      await erase(0)
      const first = await claim()
      expect(first?.items).toEqual([{ ordinal: 2, text: undefined, passage: 'Two.\nThree.' }])
      const { vectors } = await engine.another()
      if (first !== undefined) await engine.vectors.extend(first, startMs + 400, 1_000)
      expect(await vectors.claim(space, 10, startMs + 1_399, 1_000)).toBeUndefined()
      const again = await vectors.claim(space, 10, startMs + 1_400, 1_000)
      expect(again?.items.map(({ passage }) => passage)).toEqual(['Two.\nThree.'])
      await keep(again, low)
      expect(await waiting()).toBe(0)
    })

    test('of words that are no more are not kept, whoever comes late with them', async () => {
      await reword(0, 'early')
      await embed()
      const late = await claim()
      await reword(1, 'later')
      clock.advanceSeconds(2)
      await embed()
      await keep(await claim(clock.now()), low)
      expect(await codeOf()).toBe('low')
      await keep(late, high)
      expect(await codeOf()).toBe('low')
      await embedAll()
      expect(given.at(-1)).toEqual(['early\nlater\nThree.'])
      expect(await waiting()).toBe(0)
    })

    test('do not end the lease of those who embed the messages of the same person', async () => {
      await erase(0)
      const passages = await claim()
      await engine.store.add(ada, chat, [draftOf('Five.')], policyAt(startMs))
      const messages = await claim()
      expect(messages?.items.map(({ text }) => text)).toEqual(['Five.'])
      await keep(passages, low)
      expect(await claim()).toBeUndefined()
      await keep(messages, low)
      expect(await codeOf()).toBe('low')
    })

    test('wait behind messages that have no vector yet', async () => {
      await erase(0)
      await engine.store.add(ada, chat, [draftOf('Five.')], policyAt(startMs))
      await embedAll()
      expect(given).toEqual([['Five.'], ['Two.\nThree.']])
    })

    test('rest while the model is down, and are made then', async () => {
      await erase(0)
      const down = () => Promise.reject(new Fault('unavailable', 'The embedding model does not answer.'))
      await expect(embed({ embed: down })).rejects.toThrow()
      expect(await claim()).toBeUndefined()
      clock.advanceSeconds(15)
      await embedAll()
      expect(await codeOf()).toBe('low')
    })

    test('are made with all others where another model begins', async () => {
      await erase(0)
      const other = await engine.vectors.claim('other/2', 10, startMs, 1_000)
      expect(other?.items.map(({ passage }) => passage)).toEqual([undefined, 'Two.\nThree.', undefined])
      expect(await waiting()).toBe(0)
    })

    test('wait for nothing once the account is erased', async () => {
      await erase(0)
      const late = await claim()
      await engine.store.eraseOwner(ada, startMs)
      await keep(late, low)
      expect(await waiting()).toBe(0)
      expect(await claim(startMs + 1_000)).toBeUndefined()
    })

    test('wait of one person without those of another', async () => {
      const parts = { threadId: 'a talk' }
      for (const text of ['Eins.', 'Zwei.', 'Drei.']) {
        await engine.store.add(owner('bob'), chat, [draftOf(text, parts)], policyAt(startMs))
      }
      await embedAll()
      given = []
      await engine.store.eraseOwner(owner('bob'), startMs)
      await erase(0)
      await embedAll()
      expect(given).toEqual([['Two.\nThree.']])
    })
  })
}
