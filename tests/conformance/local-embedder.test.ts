/** The local model with its real files (`tests/services/up model`), beside a server that runs the same weights in another program. */
import { afterAll, describe, expect, test } from 'bun:test'
import { describeModel } from '../../src/adapters/models/local/describe.ts'
import { type LocalEmbedder, localEmbedder } from '../../src/adapters/models/local/embedder.ts'
import { loadModel } from '../../src/adapters/models/local/model.ts'
import { openTokenizer } from '../../src/adapters/models/local/tokenizer.ts'
import { openAiEmbedder } from '../../src/adapters/models/openai-embedder.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { engineUrl } from '../support/engines.ts'
import { copyOfModel, identityNetwork } from '../support/model-folder.ts'
import reference from './local-embedder/reference-tokens.json'

const folder = engineUrl('EMBEDDER_MODEL_DIR')
const server = engineUrl('EMBEDDER_URL')
const patienceMs = 60_000

const facts = ['Rex, our golden retriever, is five.', 'Ada flies to Lisbon on Friday.', 'The rent is due on the first.']
const varied = [
  ...facts,
  'what is my dog called',
  'I prefer tea to coffee, always without sugar!',
  'Crème brûlée à la carte; naïve café',
  'ok',
  '$100.50 + 20% = https://example.com/a?b=c#d',
  `A long letter. ${'We talked about the garden, the roof and what to plant in spring. '.repeat(40)}`,
]
const cosine = (left: Float32Array = new Float32Array(), right: Float32Array = new Float32Array()) =>
  left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0)

describe.skipIf(folder === undefined)('all-MiniLM-L6-v2 in this process', () => {
  const model = describeModel({ folder: folder ?? '' })
  const opened: LocalEmbedder[] = []
  const open = (parts = {}) => {
    const embedder = localEmbedder({ model, clock: systemClock, ...parts })
    opened.push(embedder)
    return embedder
  }
  afterAll(async () => {
    for (const embedder of opened) await embedder.close()
  })
  const shared = open()

  test(
    'vectors have 384 numbers and length 1, and a question finds the fact without a word in common',
    async () => {
      const vectors = await shared.embed(varied)
      for (const vector of vectors) {
        expect(vector).toHaveLength(384)
        expect(cosine(vector, vector)).toBeCloseTo(1, 5)
      }
      const question = await shared.embedQuestion('what is my dog called')
      const scores = vectors.slice(0, facts.length).map((vector) => cosine(vector, question))
      expect(scores.indexOf(Math.max(...scores))).toBe(0)
    },
    patienceMs,
  )

  test.skipIf(server === undefined)(
    'a server with the same weights gives the same vectors: cosine at least 0.97',
    async () => {
      const remote = openAiEmbedder({
        url: server ?? '',
        model: 'all-MiniLM-L6-v2',
        clock: systemClock,
        timeoutMs: patienceMs,
      })
      const [ours, theirs] = [await shared.embed(varied), await remote.embed(varied)]
      for (const [i, vector] of ours.entries()) expect(cosine(vector, theirs[i])).toBeGreaterThanOrEqual(0.97)
    },
    patienceMs,
  )

  test('tokens are those of the reference tokenizer, on Unicode and on nothing', async () => {
    const { idsOf } = await openTokenizer(model)
    for (const { text, ids } of reference) expect({ text, ids: idsOf(text) }).toEqual({ text, ids })
  })

  test('a long text is cut at 256 tokens, special ones with it, however long it is', async () => {
    const { idsOf } = await openTokenizer(model)
    const ids = idsOf('word '.repeat(400))
    expect([ids.length, ids[0], ids[254], ids[255]]).toEqual([256, 101, 2773, 102])
    expect(idsOf('word '.repeat(500_000))).toEqual(ids)
    expect(idsOf('x'.repeat(1_000_000))).toEqual([101, 100, 102])
  })

  test(
    'a text has the same vector whatever is embedded beside it, and however many ask at once',
    async () => {
      const [alone] = await shared.embed(['Rex sleeps on the sofa.'])
      const among = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          i % 4 === 0
            ? shared.embedQuestion('Rex sleeps on the sofa.')
            : shared.embed([`Fact number ${i}`]).then(([one]) => one),
        ),
      )
      for (let i = 0; i < among.length; i += 4) expect(among[i]).toEqual(alone as Float32Array)
      expect(cosine(among[1], among[2])).toBeLessThan(0.999)
    },
    patienceMs,
  )

  test(
    'whatever else the process has to do goes on while a long text is read',
    async () => {
      let reading = true
      const read = shared.embed([varied.at(-1) ?? '']).finally(() => {
        reading = false
      })
      let turns = 0
      for (; reading; turns++) await new Promise((resolve) => setImmediate(resolve))
      await read
      // Read in this thread it would be one turn or two.
      expect(turns).toBeGreaterThan(20)
    },
    patienceMs,
  )

  test(
    'an empty text has a vector too',
    async () => {
      const [empty, space] = await shared.embed(['', ' '])
      expect(cosine(empty, empty)).toBeCloseTo(1, 5)
      expect(cosine(empty, space)).toBeCloseTo(1, 5)
    },
    patienceMs,
  )

  test(
    'unloaded when idle, it is loaded again and gives the same vector',
    async () => {
      const embedder = open({ idleMs: 50 })
      const [before] = await embedder.embed(['Rex'])
      await Bun.sleep(300)
      expect((await embedder.embed(['Rex']))[0]).toEqual(before as Float32Array)
    },
    patienceMs,
  )

  test(
    'a question that waits longer than its budget is refused, and the model goes on loading',
    async () => {
      const embedder = open()
      await expect(embedder.embedQuestion('Rex', AbortSignal.timeout(1))).rejects.toMatchObject({ kind: 'unavailable' })
      expect(await embedder.embedQuestion('Rex')).toHaveLength(384)
    },
    patienceMs,
  )

  describe('files that cannot be used', () => {
    type Copy = ReturnType<typeof copyOfModel>
    const damages: [string, (copy: Copy) => void, RegExp][] = [
      [
        'weights cut short',
        (copy) => copy.write(weights, copy.read(weights).subarray(0, 1_000_000)),
        /onnx.* is damaged/,
      ],
      ['weights that are a web page', (copy) => copy.write(weights, '<html>not found</html>'), /onnx.* is damaged/],
      [
        'weights that are not those remembered',
        (copy) =>
          copy.write(
            'souvenir-model.json',
            JSON.stringify({ name: 'm', source: 's', files: { [weights]: { bytes: 1, sha256: '00' } } }),
          ),
        /SHA-256 is not the one remembered/,
      ],
      [
        'a tokenizer that is not the one remembered',
        (copy) =>
          copy.write(
            'souvenir-model.json',
            JSON.stringify({ name: 'm', source: 's', files: { 'tokenizer.json': { bytes: 1, sha256: '00' } } }),
          ),
        /tokenizer\.json is damaged: its SHA-256 is not the one remembered/,
      ],
      ['a network of something else', (copy) => copy.write(weights, identityNetwork), /no sentence encoder/],
      [
        'a tokenizer cut short',
        (copy) => copy.write('tokenizer.json', copy.read('tokenizer.json').subarray(0, 1_000)),
        /tokenizer\.json is damaged/,
      ],
      [
        'a tokenizer of another model',
        (copy) => copy.write('config.json', JSON.stringify({ ...copy.json('config.json'), vocab_size: 30_000 })),
        /tokenizer\.json is of another model/,
      ],
      [
        'a network of another width',
        (copy) => copy.write('config.json', JSON.stringify({ ...copy.json('config.json'), hidden_size: 768 })),
        /gives 384 numbers a text, not 768/,
      ],
    ]
    const weights = 'onnx/model_quantized.onnx'

    test.each(damages)(
      '%s: said',
      async (_name, damage, message) => {
        const copy = copyOfModel(folder ?? '')
        try {
          damage(copy)
          const failure = await loadModel(describeModel({ folder: copy.folder })).catch((error) => error)
          expect(failure).toBeInstanceOf(Error)
          expect(failure.message).toMatch(message)
          expect(failure.message).not.toContain(copy.folder)
        } finally {
          copy.remove()
        }
      },
      patienceMs,
    )

    test(
      'the thread passes the reason on as unavailable, and the process lives',
      async () => {
        const copy = copyOfModel(folder ?? '')
        copy.write('tokenizer.json', '{')
        const embedder = open({ model: describeModel({ folder: copy.folder }) })
        await expect(embedder.embed(['Rex'])).rejects.toMatchObject({
          kind: 'unavailable',
          code: 'model_unusable',
          message: expect.stringContaining('tokenizer.json is damaged'),
        })
        copy.remove()
      },
      patienceMs,
    )
  })

  test(
    'fewer dimensions by configuration: the first of them, length 1 again',
    async () => {
      const [whole] = await shared.embed(['Rex'])
      const cut = open({ model: describeModel({ folder: folder ?? '', dimensions: 128 }) })
      const [short] = await cut.embed(['Rex'])
      expect(short).toHaveLength(128)
      expect(cosine(short, short)).toBeCloseTo(1, 5)
      expect((short?.[0] ?? 0) / (short?.[1] ?? 1)).toBeCloseTo((whole?.[0] ?? 0) / (whole?.[1] ?? 1), 4)
    },
    patienceMs,
  )
})
