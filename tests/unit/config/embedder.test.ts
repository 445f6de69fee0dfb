import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config/config.ts'

const configWith = (environment: Record<string, string>) => loadConfig(undefined, { DATA_DIR: '/data', ...environment })
const embedderOf = (environment: Record<string, string>) => configWith(environment).embedder
const url = 'http://ollama:11434/v1'

describe('EMBEDDER', () => {
  test('unset: a server where EMBEDDER_URL names one, else the local model once its files are there', () => {
    expect(embedderOf({ EMBEDDER_URL: url })).toMatchObject({ use: 'openai', model: 'all-minilm' })
    expect(embedderOf({})).toMatchObject({
      use: 'local',
      required: false,
      model: 'all-MiniLM-L6-v2',
      folder: join('/data', 'models', 'all-MiniLM-L6-v2'),
      idleMs: 600_000,
    })
  })

  test('local, openai, none: whatever else is set', () => {
    expect(embedderOf({ EMBEDDER: 'local', EMBEDDER_URL: url })).toMatchObject({ use: 'local', required: true })
    expect(embedderOf({ EMBEDDER: 'none', EMBEDDER_URL: url })).toEqual({ use: 'none' })
    expect(embedderOf({ EMBEDDER: 'openai', EMBEDDER_URL: url })).toMatchObject({ use: 'openai' })
    expect(() => embedderOf({ EMBEDDER: 'openai' })).toThrow('EMBEDDER_URL is needed with EMBEDDER=openai')
    expect(() => embedderOf({ EMBEDDER: 'remote' })).toThrow('EMBEDDER must be one of local, openai, none')
  })

  test('the local model lies in a folder of its own name, or in the one that is named', () => {
    expect(embedderOf({ EMBEDDER_MODEL: 'intfloat/e5-small' })).toMatchObject({
      model: 'intfloat/e5-small',
      folder: join('/data', 'models', 'e5-small'),
    })
    expect(embedderOf({ EMBEDDER_MODEL_DIR: '/models/e5-small-v2' })).toMatchObject({
      model: 'e5-small-v2',
      folder: '/models/e5-small-v2',
    })
    for (const name of ['../keys', 'a/../b', 'a/b/c', '/etc', 'a b', '.hidden']) {
      expect(() => embedderOf({ EMBEDDER_MODEL: name })).toThrow('EMBEDDER_MODEL must be a name')
    }
  })

  test('how a model of another shape is run', () => {
    const environment = {
      EMBEDDER_POOLING: 'cls',
      EMBEDDER_TEXT_PREFIX: 'passage:',
      EMBEDDER_QUERY_PREFIX: 'query:',
      EMBEDDER_MAX_TOKENS: '512',
      EMBEDDER_DIMENSIONS: '128',
      EMBEDDER_BUDGET_MS: '300',
      EMBEDDER_IDLE_MINUTES: '60',
    }
    const common = { textPrefix: 'passage:', questionPrefix: 'query:', dimensions: 128, questionBudgetMs: 300 }
    expect(embedderOf(environment)).toMatchObject({ pooling: 'cls', tokenLimit: 512, idleMs: 3_600_000, ...common })
    expect(embedderOf({ ...environment, EMBEDDER_URL: url })).toMatchObject(common)
  })

  test('the commands about models mean the local one, also beside a server', () => {
    const { models } = configWith({ EMBEDDER_URL: url, EMBEDDER_MODEL: 'nomic-embed-text:latest' })
    expect(models.chosen.model).toBe('all-MiniLM-L6-v2')
  })
})
