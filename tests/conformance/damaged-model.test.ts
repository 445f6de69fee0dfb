/** A model whose weights are not as they were taken: what whoever runs the server is told. Real files (`tests/services/up model`). */
import { expect, test } from 'bun:test'
import { loadConfig } from '../../src/config/config.ts'
import { openEmbedder } from '../../src/dependencies/embedding.ts'
import { openModels } from '../../src/dependencies/models.ts'
import { checkEngines } from '../../src/http/health.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { createLog } from '../../src/shared/log.ts'
import { engineUrl } from '../support/engines.ts'
import { copyOfModel } from '../support/model-folder.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const source = engineUrl('EMBEDDER_MODEL_DIR')
const weights = 'onnx/model_quantized.onnx'

test.skipIf(source === undefined)(
  'the log and /health name the file and what helps, once the model could not be loaded; the log once',
  async () => {
    const config = loadConfig(undefined, { DATA_DIR: temporaryFolder('damaged-model') })
    const { folder } = await openModels(config).add(source ?? '', 'all-MiniLM-L6-v2', false)
    const copy = copyOfModel(folder)
    const content = Buffer.from(copy.read(weights))
    content.writeUInt16LE(content.readUInt16LE(1_000_000) ^ 0x0101, 1_000_000)
    copy.write(weights, content)
    const lines: string[] = []
    const log = createLog('info', { write: (line: string) => lines.push(line) })
    const meaning = openEmbedder(
      loadConfig(undefined, {
        EMBEDDER_MODEL_DIR: copy.folder,
        DATA_DIR: temporaryFolder('damaged-model'),
        SOUVENIR_COMMAND: 'souvenir',
      }),
      { clock: systemClock, log },
    )
    const health = () => checkEngines(meaning.healthChecks)
    try {
      expect(await health()).toEqual([{ engine: 'embedder', state: 'up', needed: false }])
      await meaning.embedder?.embed(['Rex']).catch(() => undefined)
      await meaning.embedder?.embedQuestion('Rex').catch(() => undefined)

      expect(lines.map((line) => JSON.parse(line).level)).toEqual(['error'])
      const said = `The local model cannot be used: ${weights} is damaged: its SHA-256 is not the one remembered in souvenir-model.json.`
      const remedy =
        'Get them again: souvenir models pull all-MiniLM-L6-v2 --replace, or souvenir models add DIR --name all-MiniLM-L6-v2 --replace'
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { message: said }, remedy })
      expect(await health()).toEqual([
        { engine: 'embedder', state: 'down', needed: false, detail: `${said} ${remedy}` },
      ])
    } finally {
      await meaning.close()
      copy.remove()
    }
  },
  60_000,
)
