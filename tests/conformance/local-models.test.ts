/** `souvenir models`, with the model's real files from a server on this machine. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/config.ts'
import { type Models, openModels } from '../../src/dependencies/models.ts'
import { engineUrl } from '../support/engines.ts'
import { type FileServer, serveFiles } from '../support/file-server.ts'
import { copyOfModel, identityNetwork } from '../support/model-folder.ts'

const source = engineUrl('EMBEDDER_MODEL_DIR')
const weights = 'onnx/model_quantized.onnx'
const name = 'all-MiniLM-L6-v2'
const patienceMs = 60_000

describe.skipIf(source === undefined)('souvenir models', () => {
  let home: ReturnType<typeof copyOfModel>
  let dataDir: string
  let server: FileServer
  let models: Models
  const folder = () => join(dataDir, 'models', name)
  const sha256 = (path: string) => createHash('sha256').update(home.read(path)).digest('hex')
  const pull = (replace = false) => models.pull(undefined, replace, () => undefined)
  const modelsWith = (environment: Record<string, string> = {}) =>
    openModels(loadConfig(undefined, { DATA_DIR: dataDir, MODEL_URL: server.url.href, ...environment }))

  beforeEach(async () => {
    home = copyOfModel(source ?? '')
    dataDir = mkdtempSync(join(tmpdir(), 'souvenir-models-'))
    server = await serveFiles(() => home.folder)
    models = modelsWith()
  })
  afterEach(() => {
    server.close()
    home.remove()
    rmSync(dataDir, { recursive: true })
  })

  test(
    'pull fetches the release, tries it, and remembers the SHA-256 of each file; again, it is already there',
    async () => {
      const told = new Set<string>()
      const pulled = await models.pull(undefined, false, ({ path }) => told.add(path))
      expect(pulled).toMatchObject({ unchanged: false, folder: folder() })
      expect(pulled.manifest.files[weights]).toEqual({ bytes: home.read(weights).length, sha256: sha256(weights) })
      expect([...told]).toEqual(['config.json', 'tokenizer.json', 'tokenizer_config.json', weights])
      expect(readFileSync(join(folder(), weights))).toEqual(home.read(weights))
      expect(existsSync(join(folder(), '.incoming'))).toBe(false)
      const asked = server.asked.length
      expect(await pull()).toMatchObject({ unchanged: true })
      expect(server.asked).toHaveLength(asked)
      expect((await models.list()).present).toMatchObject([{ name, width: 384, tokenLimit: 256, chosen: true }])
      expect((await models.list()).absent.map((known) => known.name)).toContain('multilingual-e5-small')
    },
    patienceMs,
  )

  test(
    'a damaged file is fetched again, and only that',
    async () => {
      await pull()
      writeFileSync(join(folder(), weights), 'damaged')
      server.asked.length = 0
      expect(await pull()).toMatchObject({ unchanged: false })
      expect(server.asked.filter((path) => path === weights)).toHaveLength(1)
      expect(server.asked).not.toContain('tokenizer.json')
      expect(readFileSync(join(folder(), weights))).toEqual(home.read(weights))
    },
    patienceMs,
  )

  test(
    'another file from the same place than the one remembered is refused until somebody says --replace',
    async () => {
      await pull()
      rmSync(join(folder(), 'config.json'))
      home.write('config.json', JSON.stringify({ ...home.json('config.json'), architectures: ['Other'] }))
      await expect(pull()).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('--replace') })
      expect(existsSync(join(folder(), 'config.json'))).toBe(false)
      expect((await pull(true)).manifest.files['config.json']?.sha256).toBe(sha256('config.json'))
    },
    patienceMs,
  )

  test(
    'what is no model is not put into place, and what was there stays',
    async () => {
      await pull()
      home.write(weights, identityNetwork)
      await expect(pull(true)).rejects.toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining('no sentence encoder'),
      })
      expect(readFileSync(join(folder(), weights))).toEqual(readFileSync(join(source ?? '', weights)))
      expect(existsSync(join(folder(), '.incoming'))).toBe(false)
    },
    patienceMs,
  )

  test('a required file that the place does not have is named with its address', async () => {
    rmSync(join(home.folder, 'tokenizer.json'))
    await expect(pull()).rejects.toMatchObject({
      kind: 'not_found',
      message: expect.stringContaining(`${server.url.href}tokenizer.json`),
    })
  })

  test(
    'add takes files brought by hand, also weights that lie beside the rest',
    async () => {
      writeFileSync(join(home.folder, 'model.onnx'), home.read(weights))
      rmSync(join(home.folder, weights))
      const added = await models.add(home.folder, undefined, false)
      expect(added).toMatchObject({ folder: folder(), unchanged: false })
      expect(added.manifest.source).toBe(home.folder)
      expect(existsSync(join(folder(), weights))).toBe(true)
      const other = await models.add(source ?? '', 'our-own', false)
      expect(other.folder).toBe(join(dataDir, 'models', 'our-own'))
      expect([added.toSet, other.toSet]).toEqual([[], ['EMBEDDER_MODEL=our-own']])
      expect((await models.list()).present.map((model) => model.name).sort()).toEqual([name, 'our-own'])
    },
    patienceMs,
  )

  test('add names every file that is missing, and a folder that there is not', async () => {
    rmSync(join(home.folder, 'config.json'))
    await expect(models.add(home.folder, undefined, false)).rejects.toThrow('config.json is not in')
    rmSync(join(home.folder, weights))
    const both = `config.json, ${weights} are not in ${home.folder}. Weights may also be model_quantized.onnx or`
    await expect(models.add(home.folder, undefined, false)).rejects.toThrow(both)
    const none = join(dataDir, 'none')
    await expect(models.add(none, undefined, false)).rejects.toThrow(`There is no folder ${none}.`)
  })

  test('add does not take files of another width under the name of a known model', async () => {
    home.write('config.json', JSON.stringify({ ...home.json('config.json'), hidden_size: 512 }))
    await expect(models.add(home.folder, undefined, false)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(
        `512 numbers, those of ${name} have 384: give them a name of their own with --name`,
      ),
    })
    expect(existsSync(join(folder(), 'config.json'))).toBe(false)
    expect(existsSync(join(folder(), '.incoming'))).toBe(false)
  })

  test(
    'list names the files that are not as remembered, by size or by SHA-256',
    async () => {
      await models.add(home.folder, undefined, false)
      expect((await models.list()).present).toMatchObject([{ name, damaged: [] }])
      const whole = home.read(weights)
      writeFileSync(join(folder(), weights), whole.subarray(0, whole.length / 2))
      const config = Buffer.from(home.read('config.json'))
      config.writeUInt8(config.readUInt8(5) ^ 1, 5)
      writeFileSync(join(folder(), 'config.json'), config)
      expect((await models.list()).present).toMatchObject([{ name, damaged: ['config.json', weights], chosen: true }])
    },
    patienceMs,
  )

  test('list names the configured model where its files are not there', async () => {
    expect((await modelsWith({ EMBEDDER_MODEL: 'nosuch' }).list()).awaited).toEqual({
      name: 'nosuch',
      folder: join(dataDir, 'models', 'nosuch'),
    })
    expect((await modelsWith({ EMBEDDER: 'none' }).list()).awaited).toBeUndefined()
  })

  test('list says of the configured model how it is run, and of others how they would be', async () => {
    const own = join(dataDir, 'models', 'our-own')
    cpSync(home.folder, own, { recursive: true })
    expect((await models.list()).present).toMatchObject([
      { name: 'our-own', tokenLimit: 256, pooling: 'mean', chosen: false },
    ])
    const variables = { EMBEDDER_MODEL: 'our-own', EMBEDDER_POOLING: 'cls', EMBEDDER_MAX_TOKENS: '128' }
    expect((await modelsWith(variables).list()).present).toMatchObject([
      { name: 'our-own', tokenLimit: 128, pooling: 'cls', chosen: true },
    ])
  })

  test(
    'EMBEDDER_MODEL_DIR is where the configured model goes; an unknown name and a way out of the folder are refused',
    async () => {
      const elsewhere = join(dataDir, 'elsewhere')
      const configured = modelsWith({ EMBEDDER_MODEL_DIR: elsewhere })
      expect((await configured.pull(undefined, false, () => undefined)).folder).toBe(elsewhere)
      const home = openModels(loadConfig(undefined, { DATA_DIR: dataDir }))
      await expect(home.pull('no-such-model', false, () => undefined)).rejects.toThrow('no known model')
      await expect(home.pull('../keys', false, () => undefined)).rejects.toMatchObject({ kind: 'invalid' })
    },
    patienceMs,
  )
})
