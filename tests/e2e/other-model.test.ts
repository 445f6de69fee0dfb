/** Another model than the usual, brought by hand and run by configuration alone, in a thread of the target's own. */
import { afterAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { engineUrl } from '../support/engines.ts'
import { freePort, freshFolder, runCommand, type Server, startServer, target } from '../support/server.ts'

const folder = engineUrl('MODELS_DIR')
const patienceMs = 120_000

describe.skipIf(folder === undefined)(`a Chinese model by configuration on ${target}`, () => {
  let server: Server | undefined
  afterAll(async () => {
    await server?.stop()
  })

  test(
    'models add takes its files, models list shows how it is run, and a question is answered by its meaning',
    async () => {
      const port = await freePort()
      const variables = {
        DATA_DIR: freshFolder(),
        PORT: String(port),
        AUTH: 'none',
        EMBEDDER: 'local',
        EMBEDDER_MODEL: 'our-own',
        EMBEDDER_POOLING: 'cls',
        EMBEDDER_QUERY_PREFIX: '为这个句子生成表示以用于检索相关文章：',
        EMBEDDER_MAX_TOKENS: '512',
        EMBEDDER_BUDGET_MS: '60000',
      }
      const printed = await runCommand(
        variables,
        'models',
        'add',
        join(folder ?? '', 'bge-small-zh-v1.5'),
        '--name',
        'our-own',
      )
      expect(printed).toMatch(/^[0-9a-f]{64} {2}onnx\/model_quantized\.onnx {2}24\.0 MB$/m)
      expect(printed).toContain('our-own is now in')
      expect(await runCommand(variables, 'models', 'list')).toMatch(
        /^\* our-own .*vectors of 512 numbers, from a text's first 512 tokens \(cls\)$/m,
      )

      server = await startServer(variables, port)
      expect(server.output()).toMatch(/^ +meaning +our-own, in this process$/m)
      const post = async (path: string, body: object) => {
        const response = await fetch(`http://localhost:${port}/api/v1${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        return (await response.json()) as { degraded?: string[]; results: { content: string; why: object }[] }
      }
      for (const text of ['艾达星期五飞往里斯本。', '我们家的金毛犬叫雷克斯，喜欢去海边。', '房租每月一号到期。']) {
        await post('/memories/', { text })
      }
      const until = Date.now() + patienceMs / 2
      let found = await post('/memories/search', { query: '宠物是谁？' })
      while (found.degraded !== undefined && Date.now() < until) {
        await Bun.sleep(100)
        found = await post('/memories/search', { query: '宠物是谁？' })
      }
      expect(found.degraded).toBeUndefined()
      expect(found.results[0]).toMatchObject({
        content: '我们家的金毛犬叫雷克斯，喜欢去海边。',
        why: { lists: [{ name: 'meaning', rank: 1 }], matched: [] },
      })
    },
    patienceMs,
  )
})
