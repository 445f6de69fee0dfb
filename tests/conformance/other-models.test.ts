/**
 * Other models of all-MiniLM-L6-v2's shape, by name, by configuration and by their own files (`tests/services/up models`), beside
 * what the tokenizers library and ONNX Runtime make of the same files in Python.
 */
import { describe, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeModel } from '../../src/adapters/models/local/describe.ts'
import { loadModel } from '../../src/adapters/models/local/model.ts'
import { openTokenizer } from '../../src/adapters/models/local/tokenizer.ts'
import { loadConfig } from '../../src/config/config.ts'
import { openModels } from '../../src/dependencies/models.ts'
import { withPrefix } from '../../src/memory/rank/embedder.ts'
import { engineUrl } from '../support/engines.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

interface Reference {
  readonly text: string
  readonly kind: 'text' | 'question'
  readonly ids: number[]
  /** Where Python was asked for it. */
  readonly vector?: number[]
}

const folder = engineUrl('MODELS_DIR') ?? ''
const patienceMs = 120_000
const chinese = 'bge-small-zh-v1.5'
const hundred = 'multilingual-e5-small'
const asTrained = {
  EMBEDDER_POOLING: 'cls',
  EMBEDDER_QUERY_PREFIX: '为这个句子生成表示以用于检索相关文章：',
  EMBEDDER_MAX_TOKENS: '512',
}
const facts = ['我们家的金毛犬叫雷克斯，喜欢去海边。', '艾达星期五飞往里斯本。', '房租每月一号到期。']

const referenceOf = (name: string): Reference[] => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
const cosine = (left: ArrayLike<number> = [], right: ArrayLike<number> = []) =>
  Array.from(left).reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0)

/** The model in a folder as a deployment with these variables runs it, in this thread. */
async function open(source: string, variables: Record<string, string>) {
  const { embedder } = loadConfig(undefined, { DATA_DIR: '/nowhere', EMBEDDER_MODEL_DIR: source, ...variables })
  if (embedder.use !== 'local') expect.unreachable()
  const model = describeModel({ ...embedder, name: embedder.model })
  const { vectorOf } = await loadModel(model)
  return {
    space: model.space,
    vectorOf: ({ text, kind }: Pick<Reference, 'text' | 'kind'>) => vectorOf(withPrefix(model.prefixes[kind], text)),
  }
}
type Opened = Awaited<ReturnType<typeof open>>

/** The least that a vector here is like the one there. */
async function leastLikeness({ vectorOf }: Opened, references: readonly Reference[]): Promise<number> {
  const read = references.filter(({ vector }) => vector !== undefined)
  expect(read.length).toBeGreaterThan(0)
  let least = 1
  for (const reference of read) least = Math.min(least, cosine(await vectorOf(reference), reference.vector))
  return least
}

async function nearestFact({ vectorOf }: Opened, question: string): Promise<string | undefined> {
  const asked = await vectorOf({ text: question, kind: 'question' })
  const scores: number[] = []
  for (const text of facts) scores.push(cosine(await vectorOf({ text, kind: 'text' }), asked))
  return facts[scores.indexOf(Math.max(...scores))]
}

/** The texts whose tokens differ, and what they are here and there. */
async function otherTokens(name: string, references: readonly Reference[]) {
  const model = describeModel({ folder: join(folder, name) })
  const { idsOf } = await openTokenizer(model)
  const ours = ({ text, kind }: Reference) => idsOf(withPrefix(model.prefixes[kind], text))
  return references
    .map((reference) => ({ text: reference.text, here: ours(reference), there: reference.ids }))
    .filter(({ here, there }) => here.join() !== there.join())
}

describe.skipIf(folder === '')(
  'bge-small-zh-v1.5: Chinese, the first token counts, a question has words in front',
  () => {
    test('its tokens are those of the reference tokenizer, on Unicode, on nothing, and cut at 512', async () => {
      const references = referenceOf(chinese)
      expect(Math.max(...references.map(({ ids }) => ids.length))).toBe(512)
      expect(await otherTokens(chinese, references)).toEqual([])
    })

    test(
      'by its name alone: vectors are those of ONNX Runtime in Python, for texts and questions, short and long',
      async () => {
        const model = await open(join(folder, chinese), {})
        expect(await model.vectorOf({ text: '', kind: 'text' })).toHaveLength(512)
        expect(await leastLikeness(model, referenceOf(chinese))).toBeGreaterThanOrEqual(0.97)
      },
      patienceMs,
    )

    const asked = () => referenceOf(chinese).filter(({ text }) => text.includes('我的狗'))

    test(
      'under a name that nobody knows, by configuration; without it the vectors are others',
      async () => {
        const name = { EMBEDDER_MODEL: 'our-own' }
        const configured = await open(join(folder, chinese), { ...name, ...asTrained })
        const usual = await open(join(folder, chinese), name)
        expect(await leastLikeness(configured, asked())).toBeGreaterThanOrEqual(0.97)
        expect(await leastLikeness(usual, asked())).toBeLessThan(0.9)
        expect(configured.space).not.toBe(usual.space)
        expect(await nearestFact(configured, '宠物是谁？')).toBe(facts[0] as string)
      },
      patienceMs,
    )

    test(
      'by the files that sentence-transformers writes beside it, which `models add` takes too, under a name of its own; listed as it is run',
      async () => {
        const release = join(temporaryFolder('release'), 'some-encoder')
        cpSync(join(folder, chinese), release, { recursive: true })
        const own: Record<string, object> = {
          '1_Pooling/config.json': { word_embedding_dimension: 512, pooling_mode_cls_token: true },
          'sentence_bert_config.json': { max_seq_length: 512, do_lower_case: true },
          'config_sentence_transformers.json': { prompts: { query: asTrained.EMBEDDER_QUERY_PREFIX } },
        }
        for (const [path, content] of Object.entries(own)) {
          mkdirSync(dirname(join(release, path)), { recursive: true })
          writeFileSync(join(release, path), JSON.stringify(content))
        }
        const DATA_DIR = temporaryFolder('models')
        const models = openModels(loadConfig(undefined, { DATA_DIR }))
        await expect(models.add(release, undefined, false)).rejects.toMatchObject({
          kind: 'invalid',
          message: expect.stringContaining('512 numbers, those of all-MiniLM-L6-v2 have 384'),
        })
        expect((await models.list()).present).toEqual([])

        const { folder: taken } = await models.add(release, 'some-encoder', false)
        const long = referenceOf(chinese).find(({ ids, vector }) => ids.length === 512 && vector !== undefined)
        const references = [...asked(), long ?? expect.unreachable()]
        expect(await leastLikeness(await open(taken, {}), references)).toBeGreaterThanOrEqual(0.97)

        const run = { width: 512, tokenLimit: 512, pooling: 'cls', chosen: false }
        expect((await models.list()).present).toMatchObject([{ name: 'some-encoder', ...run }])
        const configured = { DATA_DIR, EMBEDDER_MODEL: 'some-encoder', EMBEDDER_MAX_TOKENS: '128' }
        expect((await openModels(loadConfig(undefined, configured)).list()).present).toMatchObject([
          { name: 'some-encoder', ...run, tokenLimit: 128, chosen: true },
        ])
      },
      patienceMs,
    )
  },
)

/**
 * U+1E9B U+0323: the table of the model's release writes one letter, as NFKC does, of the pair; the library writes another. Nothing
 * that people write has it.
 */
const longSWithDots = '\u1e9b\u0323'

describe.skipIf(folder === '')('multilingual-e5-small: 100 languages in pieces of words', () => {
  test(
    'its tokens are those of the reference tokenizer, with its prefixes, on Unicode, on nothing, and cut at 512',
    async () => {
      const references = referenceOf(hundred).filter(({ text }) => !text.includes(longSWithDots))
      expect(references.length).toBeGreaterThan(80)
      expect(await otherTokens(hundred, references)).toEqual([])
    },
    patienceMs,
  )

  // With the weights too, which are too large for every run: `tests/services/up multilingual`.
  if (!existsSync(join(folder, hundred, 'onnx'))) return
  test(
    'by its name alone: vectors are those of ONNX Runtime in Python, and a question in any language finds the fact',
    async () => {
      const model = await open(join(folder, hundred), {})
      expect(await leastLikeness(model, referenceOf(hundred))).toBeGreaterThanOrEqual(0.97)
      for (const question of ['宠物的名字是什么？', 'what is my dog called', '¿Cómo se llama mi perro?']) {
        expect(await nearestFact(model, question)).toBe(facts[0] as string)
      }
    },
    patienceMs,
  )
})
