import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describeModel } from '../../../../../src/adapters/models/local/describe.ts'
import { missingFiles } from '../../../../../src/adapters/models/local/files.ts'
import { pool } from '../../../../../src/adapters/models/local/model.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A model's folder with these files. */
function folderWith(files: Record<string, object | string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-model-'))
  folders.push(folder)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}
const bert = { hidden_size: 384, vocab_size: 30_522, max_position_embeddings: 512 }
const minilm = {
  'config.json': bert,
  'tokenizer.json': '{}',
  'onnx/model_quantized.onnx': 'weights',
}

describe('How a model is run', () => {
  test('the usual: mean, 256 tokens, no prefix, the width of its config.json', () => {
    const model = describeModel({ folder: folderWith(minilm), name: 'some-model' })
    expect(model).toMatchObject({ pooling: 'mean', tokenLimit: 256, width: 384, prefixes: { text: '', question: '' } })
    expect(model.space).toStartWith('local:some-model/384/')
  })

  test('what its own files say: pooling, token limit, prompts', () => {
    const folder = folderWith({
      ...minilm,
      '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false },
      'sentence_bert_config.json': { max_seq_length: 128 },
      'config_sentence_transformers.json': { prompts: { query: 'ask: ', document: 'doc: ' } },
    })
    expect(describeModel({ folder })).toMatchObject({
      pooling: 'cls',
      tokenLimit: 128,
      prefixes: { text: 'doc: ', question: 'ask: ' },
    })
  })

  test('a known model by its name, wherever it is named', () => {
    const expected = { tokenLimit: 512, prefixes: { text: 'passage:', question: 'query:' } }
    expect(describeModel({ folder: folderWith(minilm), name: 'multilingual-e5-small' })).toMatchObject(expected)
    expect(describeModel({ folder: folderWith(minilm), name: 'Xenova/multilingual-e5-small' })).toMatchObject(expected)
    const manifest = { name: 'multilingual-e5-small', source: 'here', files: {} }
    const folder = folderWith({ ...minilm, 'souvenir-model.json': manifest })
    expect(describeModel({ folder, name: 'other' })).toMatchObject(expected)
  })

  test('the configuration before all of it, but never more tokens than the network has positions', () => {
    const folder = folderWith({ ...minilm, '1_Pooling/config.json': { pooling_mode_cls_token: true } })
    const choice = { folder, pooling: 'mean', tokenLimit: 4_096, textPrefix: 'a:', questionPrefix: 'b:' } as const
    expect(describeModel({ ...choice, dimensions: 128 })).toMatchObject({
      pooling: 'mean',
      tokenLimit: 512,
      dimensions: 128,
      prefixes: { text: 'a:', question: 'b:' },
    })
    const roberta = folderWith({ 'config.json': { model_type: 'xlm-roberta', max_position_embeddings: 514 } })
    expect(describeModel({ folder: roberta, tokenLimit: 4_096 }).tokenLimit).toBe(512)
  })

  test('vectors are of another space when the weights, the pooling or the prefix of texts are others, not for a question', () => {
    const spaceOf = (files: Record<string, object | string>, choice = {}) =>
      describeModel({ folder: folderWith(files), name: 'm', ...choice }).space
    const usual = spaceOf(minilm)
    expect(spaceOf(minilm)).toBe(usual)
    expect(spaceOf(minilm, { questionPrefix: 'query:' })).toBe(usual)
    const others = [
      spaceOf({ ...minilm, 'onnx/model_quantized.onnx': 'Weights' }),
      spaceOf(minilm, { pooling: 'cls' }),
      spaceOf(minilm, { textPrefix: 'passage:' }),
      spaceOf(minilm, { dimensions: 64 }),
    ]
    expect(new Set([usual, ...others]).size).toBe(5)
  })

  test('a folder says what is missing from it; odd JSON is as none', () => {
    expect(missingFiles(folderWith(minilm))).toEqual([])
    expect(missingFiles(folderWith({ 'config.json': bert }))).toEqual(['tokenizer.json', 'onnx/model_quantized.onnx'])
    expect(describeModel({ folder: folderWith({ 'config.json': '{"hidden_size": 38' }) }).width).toBeUndefined()
    expect(describeModel({ folder: folderWith({ 'config.json': '[1]' }) }).width).toBeUndefined()
  })
})

describe('Pooling', () => {
  const states = { data: Float32Array.of(1, 2, 3, 4, 5, 6), dims: [1, 3, 2] }
  test('mean over the tokens, or the first token', () => {
    expect([...pool(states, 'mean')]).toEqual([3, 4])
    expect([...pool(states, 'cls')]).toEqual([1, 2])
  })
  test('a network that gives a vector for the sentence is taken at its word', () => {
    expect([...pool({ data: Float32Array.of(7, 8), dims: [1, 2] }, 'mean')]).toEqual([7, 8])
  })
})
