/** What the start says of the model that finds memories by meaning, where its files are not there. */
import { describe, expect, test } from 'bun:test'
import { loadConfig } from '../../../src/config/config.ts'
import { openEmbedder } from '../../../src/dependencies/embedding.ts'
import { systemClock } from '../../../src/shared/clock.ts'
import { createLog } from '../../../src/shared/log.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

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
