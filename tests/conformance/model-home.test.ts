/** `souvenir models pull` from a home that answers as Hugging Face's does; only its address differs. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/config.ts'
import { openModels } from '../../src/dependencies/models.ts'
import { engineUrl } from '../support/engines.ts'
import { copyOfModel } from '../support/model-folder.ts'
import { type ModelHome, openModelHome } from '../support/model-home.ts'

const source = engineUrl('EMBEDDER_MODEL_DIR')
const repository = 'Xenova/all-MiniLM-L6-v2'
const weights = 'onnx/model_quantized.onnx'
const patienceMs = 60_000

describe.skipIf(source === undefined)('souvenir models pull, from the home of models', () => {
  let model: ReturnType<typeof copyOfModel>
  let dataDir: string
  let home: ModelHome
  const kept = () => readFileSync(join(dataDir, 'models/all-MiniLM-L6-v2', weights))
  const pull = (repositoryAsked = repository) => {
    const MODEL_URL = new URL(`${repositoryAsked}/resolve/main/`, home.url).href
    return openModels(loadConfig(undefined, { DATA_DIR: dataDir, MODEL_URL })).pull(undefined, false, () => undefined)
  }

  beforeEach(async () => {
    model = copyOfModel(source ?? '')
    dataDir = mkdtempSync(join(tmpdir(), 'souvenir-home-'))
    home = await openModelHome(repository, model.folder)
  })
  afterEach(() => {
    home.close()
    model.remove()
    rmSync(dataDir, { recursive: true })
  })

  test(
    'small files come from the home itself and weights from the host that it leads to, by an address signed for that once',
    async () => {
      await pull()
      expect(kept()).toEqual(model.read(weights))
      expect(home.asked).toContain('home config.json')
      expect(home.asked.at(-1)).toBe(`large ${weights}`)
    },
    patienceMs,
  )

  test(
    'a connection that broke goes on where it stopped, through a redirect with another signature',
    async () => {
      home.cut = 1_000_000
      await pull()
      expect(kept()).toEqual(model.read(weights))
      const [first, second, third, fourth] = home.asked.slice(-4)
      expect([first, second, third]).toEqual([`home ${weights}`, `large ${weights}`, `home ${weights}`])
      expect(fourth).toMatch(/^large onnx\/model_quantized\.onnx bytes=[1-9]\d*-$/)
    },
    patienceMs,
  )

  test(
    'weights that have not the SHA-256 that the home says are thrown away, and the next run begins them anew',
    async () => {
      home.instead = (content) => Buffer.from(content).fill(7, 5_000_000, 5_000_100)
      await expect(pull()).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('Try again.') })
      home.instead = undefined
      await pull()
      expect(home.asked.at(-1)).toBe(`large ${weights}`)
      expect(kept()).toEqual(model.read(weights))
    },
    patienceMs,
  )

  test('a model that there is not is said, and its address', async () => {
    const failure = await pull('Xenova/no-such-model').catch((error) => error)
    expect(failure).toMatchObject({ kind: 'unavailable' })
    expect(failure.message).toContain(
      'Xenova/no-such-model/resolve/main/config.json answered 401: there is no such model',
    )
  })

  test('the page of a sign-in that a network shows, and a pointer of Git LFS, are called what they are', async () => {
    model.write('config.json', '<!DOCTYPE html><title>Sign in to the hotel</title>')
    await expect(pull()).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('config.json is a web page, not the file'),
    })
    model.write('config.json', '{}')
    model.write(weights, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 22972370\n')
    const pointer = `${weights} is a pointer of Git LFS, not the file itself`
    await expect(pull()).rejects.toThrow(pointer)
    const models = openModels(loadConfig(undefined, { DATA_DIR: dataDir }))
    await expect(models.add(model.folder, undefined, false)).rejects.toThrow(pointer)
  })
})
