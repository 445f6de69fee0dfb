/** What the start says of the model that finds memories by meaning, where its files are not there. */
import { describe, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config/config.ts'
import { openEmbedder } from '../../../src/dependencies/embedding.ts'
import { systemClock } from '../../../src/shared/clock.ts'
import { createLog } from '../../../src/shared/log.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const weights = 'onnx/model_quantized.onnx'

const open = (variables: Record<string, string>) =>
  openEmbedder(
    loadConfig(undefined, { DATA_DIR: temporaryFolder('no-model'), SOUVENIR_COMMAND: 'souvenir', ...variables }),
    { clock: systemClock, log: createLog('silent') },
  )

describe('a model whose files are not there', () => {
  test.each([
    [{}, 'all-MiniLM-L6-v2 is not here; by meaning too after: souvenir models pull'],
    [
      { EMBEDDER_MODEL: 'owner/some-model' },
      'owner/some-model is not here; by meaning too after: souvenir models pull',
    ],
    [{ EMBEDDER_MODEL: 'nosuch' }, 'nosuch is not here; by meaning too after: souvenir models add DIR --name nosuch'],
  ] as [Record<string, string>, string][])('%o: the start names it, and how it gets here', (variables, said) => {
    expect(open(variables).engine).toBe(`by words alone: ${said}`)
  })

  test('asked for by EMBEDDER=local it stops the start, and is named', () => {
    expect(() => open({ EMBEDDER: 'local', EMBEDDER_MODEL: 'nosuch' })).toThrow(
      /config\.json of nosuch is not in .*nosuch\./,
    )
  })
})

test.each([
  [[weights], `${weights} is not of the size that was taken`],
  [['config.json', weights], `config.json, ${weights} are not of the size that was taken`],
])('files of another size than those taken, %j, are named by the start, before anybody asks', async (resized, said) => {
  const folder = temporaryFolder('short-model')
  mkdirSync(join(folder, 'onnx'))
  const files = { 'config.json': '{}', 'tokenizer.json': '{}', [weights]: '{}' }
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content)
  const remembered = Object.keys(files).map((path) => [
    path,
    { bytes: resized.includes(path) ? 23_000_000 : 2, sha256: '00' },
  ])
  const manifest = { name: 'small', source: 'a folder', files: Object.fromEntries(remembered) }
  writeFileSync(join(folder, 'souvenir-model.json'), JSON.stringify(manifest))
  const meaning = open({ EMBEDDER_MODEL_DIR: folder, EMBEDDER_MODEL: 'small' })
  expect(meaning.engine).toBe(`small, but ${said}. See: souvenir models list`)
  await meaning.close()
})
