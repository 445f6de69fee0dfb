/** What `VectorIndex.behind` tells on every engine, and what the job tells of a model that fails: /metrics is made of both. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import type { Embedder } from '../../src/memory/rank/embedder.ts'
import { Fault } from '../../src/shared/fault.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { type MemoryEngine, memoryEngines } from '../support/memory-engines.ts'
import { testClock } from '../support/time.ts'

class OneMeaning implements Embedder {
  space = 'one/2'
  questionBudgetMs = 1_000
  up = true
  broken = false
  embedQuestion = async () => Float32Array.of(1, 0)
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (this.broken) throw new TypeError('a fault in the program')
    if (!this.up) throw new Fault('unavailable', 'The embedding model does not answer.')
    if (texts.some((text) => text.includes('poison'))) throw new Fault('unavailable', 'status 400')
    return texts.map(() => Float32Array.of(1, 0))
  }
}

for (const { name, open } of memoryEngines) {
  describe(`What waits for vectors on ${name}`, () => {
    let engine: MemoryEngine
    let model: OneMeaning
    beforeEach(async () => {
      engine = await open()
      model = new OneMeaning()
    })
    afterEach(() => engine.close())

    const addAt = (content: string, at: number, ownerId = 'ada') =>
      engine.store.add(owner(ownerId), app('app'), [draftOf(content)], policyAt(at))
    const embedAll = async () => {
      while ((await embedItems({ vectors: engine.vectors, embedder: model, clock: testClock(startMs) })) > 0);
    }

    test('how many items wait, and since when, is told of those who wait: also while somebody has them in hand', async () => {
      const { vectors } = engine
      const { space } = model
      expect(await vectors.behind(space)).toEqual({ waiting: 0, since: undefined })
      await addAt('My hound is called Rex.', startMs + 1_000, 'ada')
      await addAt('Tea at five.', startMs + 2_000, 'ada')
      await addAt('An old car.', startMs + 3_000, 'bob')
      expect(await vectors.behind(space)).toEqual({ waiting: 3, since: startMs + 1_000 })
      const claim = await vectors.claim(space, 1, startMs + 4_000, 60_000)
      expect(await vectors.behind(space)).toEqual({ waiting: 3, since: startMs + 1_000 })
      if (claim !== undefined) await vectors.keep(claim, await model.embed(['hound']))
      // Whose item it was is the engine's choice.
      expect((await vectors.behind(space)).waiting).toBe(2)
      await embedAll()
      expect(await vectors.behind(space)).toEqual({ waiting: 0, since: undefined })
      await addAt('A puppy at the beach.', startMs + 5_000, 'bob')
      expect(await vectors.behind(space)).toEqual({ waiting: 1, since: startMs + 5_000 })
    })

    test('what is made anew has waited since that was begun, and not since it was written', async () => {
      await addAt('My hound is called Rex.', startMs)
      await embedAll()
      await engine.vectors.renew('embeddings', undefined, startMs + 70_000)
      expect(await engine.vectors.behind(model.space)).toEqual({ waiting: 1, since: startMs + 70_000 })
      await embedAll()
      expect((await engine.vectors.behind('other/2')).waiting).toBe(1)
      await engine.vectors.claim('other/2', 1, startMs + 80_000, 60_000)
      expect(await engine.vectors.behind('other/2')).toEqual({ waiting: 1, since: startMs + 80_000 })
    })

    test('who embeds is told when the model does not answer, how many texts it refused, nothing of another error', async () => {
      const told: unknown[] = []
      const at = testClock(startMs)
      const embed = () =>
        embedItems({ vectors: engine.vectors, embedder: model, clock: at, onFailure: (...what) => told.push(what) })
      await addAt('poison', startMs)
      await addAt('My hound is called Rex.', startMs)
      model.up = false
      await expect(embed()).rejects.toThrow('does not answer')
      expect(told.splice(0)).toEqual([['unavailable', 1]])
      model.up = true
      at.advanceSeconds(15)
      await embed()
      expect(told.splice(0)).toEqual([['refused', 1]])
      await addAt('Tea at five.', startMs)
      model.broken = true
      await expect(embed()).rejects.toThrow('a fault in the program')
      expect(told).toEqual([])
    })
  })
}
