import { describe, expect, test } from 'bun:test'
import type { LocalModel } from '../../../../../src/adapters/models/local/describe.ts'
import { type LocalEmbedderOptions, localEmbedder } from '../../../../../src/adapters/models/local/embedder.ts'
import { Fault } from '../../../../../src/shared/fault.ts'
import { testClock } from '../../../../support/time.ts'

const model: LocalModel = {
  folder: '/nowhere',
  name: 'small',
  pooling: 'mean',
  prefixes: { text: 'passage:', question: 'query:' },
  tokenLimit: 256,
  width: 1,
  vocabulary: undefined,
  dimensions: undefined,
  space: 'local:small/1/0',
}

/** The embedder over a thread of our own: how often it was started and ended, and what it was asked. */
function open(options: Pick<LocalEmbedderOptions, 'idleMs' | 'questionBudgetMs'> = {}) {
  const seen = { started: 0, ended: 0, asked: [] as string[] }
  const told: string[] = []
  const fail: { start?: Fault; next?: Fault } = {}
  const clock = testClock()
  const embedder = localEmbedder({
    model,
    clock,
    ...options,
    onUnusable: ({ message }) => told.push(message),
    async start() {
      seen.started += 1
      if (fail.start !== undefined) throw fail.start
      return {
        async vectorOf(text) {
          seen.asked.push(text)
          const failure = fail.next
          delete fail.next
          if (failure !== undefined) throw failure
          return Float32Array.of(text.length)
        },
        async end() {
          seen.ended += 1
        },
      }
    },
  })
  return { embedder, seen, told, fail, clock }
}
const unusable = new Fault('unavailable', 'tokenizer.json is missing', { code: 'model_unusable' })

describe('A model in this process', () => {
  test('is loaded with the first text, once, and told texts from questions', async () => {
    const { embedder, seen } = open()
    expect(seen.started).toBe(0)
    await Promise.all([embedder.embed(['Rex is a dog', 'Tea']), embedder.embedQuestion('who is Rex')])
    expect(seen.started).toBe(1)
    expect(seen.asked).toEqual(['passage: Rex is a dog', 'query: who is Rex', 'passage: Tea'])
    await embedder.close()
    expect(seen.ended).toBe(1)
  })

  test('is unloaded when nobody asked for a while, and loaded again by the next text', async () => {
    const { embedder, seen } = open({ idleMs: 20 })
    await embedder.embed(['one'])
    await embedder.embed(['two'])
    expect(seen).toMatchObject({ started: 1, ended: 0 })
    await Bun.sleep(60)
    expect(seen.ended).toBe(1)
    expect(await embedder.embed(['three'])).toHaveLength(1)
    expect(seen.started).toBe(2)
    await embedder.close()
  })

  test('a search waits 150 ms for its vector, 2 s while the model is not loaded, or as long as it is told', async () => {
    const { embedder } = open({ idleMs: 20 })
    const cold = embedder.questionBudgetMs
    await embedder.embedQuestion('one')
    expect(embedder.questionBudgetMs).toBe(150)
    expect(cold).toBe(2_000)
    await Bun.sleep(60)
    expect(embedder.questionBudgetMs).toBe(cold)
    await embedder.close()

    const told = open({ questionBudgetMs: 10 }).embedder
    expect(told.questionBudgetMs).toBe(10)
    await told.close()
  })

  test('is loaded once somebody is there who may ask, once, and unloaded when nobody does', async () => {
    const { embedder, seen } = open({ idleMs: 20 })
    const cold = embedder.questionBudgetMs
    embedder.prepare?.()
    embedder.prepare?.()
    await Bun.sleep(0)
    expect(seen).toEqual({ started: 1, ended: 0, asked: [] })
    expect(embedder.questionBudgetMs).toBeLessThan(cold)
    await embedder.embedQuestion('one')
    embedder.prepare?.()
    expect(seen.started).toBe(1)
    await Bun.sleep(60)
    expect(seen.ended).toBe(1)
    embedder.prepare?.()
    await Bun.sleep(60)
    expect(seen).toMatchObject({ started: 2, ended: 2 })
    await embedder.close()
    embedder.prepare?.()
    expect(seen.started).toBe(2)
  })

  test('files that cannot be used are no failure of whoever merely came, and are not read again by the next', async () => {
    const { embedder, seen, fail } = open()
    fail.start = unusable
    embedder.prepare?.()
    await Bun.sleep(0)
    embedder.prepare?.()
    await Bun.sleep(0)
    expect(seen.started).toBe(1)
    await embedder.close()
  })

  test('why it cannot be loaded is told once, whoever asked first, and known until it could be', async () => {
    const { embedder, told, fail, clock } = open()
    expect(embedder.trouble).toBeUndefined()
    fail.start = unusable
    embedder.prepare?.()
    await Bun.sleep(0)
    expect(embedder.trouble).toBe('tokenizer.json is missing')
    clock.advanceSeconds(30)
    await expect(embedder.embed(['one'])).rejects.toThrow('tokenizer.json is missing')
    expect(told).toEqual(['tokenizer.json is missing'])
    delete fail.start
    clock.advanceSeconds(30)
    await embedder.embed(['two'])
    expect(embedder.trouble).toBeUndefined()
    await embedder.close()
  })

  test('files that cannot be used are not read again for half a minute, and the reason is said', async () => {
    const { embedder, seen, fail, clock } = open()
    fail.start = unusable
    await expect(embedder.embed(['one'])).rejects.toThrow('tokenizer.json is missing')
    await expect(embedder.embedQuestion('two')).rejects.toMatchObject({ code: 'model_resting', cause: unusable })
    expect(seen.started).toBe(1)
    delete fail.start
    clock.advanceSeconds(30)
    expect(await embedder.embed(['three'])).toHaveLength(1)
    await embedder.close()
  })

  test('a text that cannot be embedded fails alone; a thread that died is started anew', async () => {
    const { embedder, seen, fail } = open()
    fail.next = new Fault('unavailable', 'no', { code: 'text_not_embedded' })
    await expect(embedder.embed(['odd'])).rejects.toMatchObject({ code: 'text_not_embedded' })
    expect(await embedder.embed(['one'])).toHaveLength(1)
    expect(seen).toMatchObject({ started: 1, ended: 0 })
    fail.next = unusable
    await expect(embedder.embed(['two'])).rejects.toMatchObject({ code: 'model_unusable' })
    expect(await embedder.embed(['three'])).toHaveLength(1)
    expect(seen.started).toBe(2)
    await embedder.close()
  })
})
