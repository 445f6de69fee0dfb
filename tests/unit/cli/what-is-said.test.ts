/** What commands say of what they have done: true, and with what to do next. */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { idOfName } from '../../../src/dependencies/people.ts'
import { engineUrl } from '../../support/engines.ts'
import { runAside } from '../../support/run-aside.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder('said')
const runIn =
  (DATA_DIR: string) =>
  (words: readonly string[], variables: Record<string, string> = {}) =>
    runAside(words, { HOME: folder, DATA_DIR, ...variables })
const run = runIn(folder)

test('code: whom it signs in, beside the code itself', async () => {
  const owners = await run(['code'])
  expect(owners.told).toContain('It signs in the owner.')
  await run(['users', 'add', 'linus'])
  const others = await run(['code', '--user', 'linus'])
  expect(others.told).toContain('It signs in linus.')
  for (const { printed } of [owners, others]) expect(printed).toMatch(/^[0-9A-Z-]{14}\n$/)
})

describe('users', () => {
  test('add and remove: memories are kept under the name, who gets them, and how to erase them', async () => {
    const run = runIn(join(folder, 'grace alone'))
    expect((await run(['users', 'add', 'grace'])).printed).toContain('an earlier "grace" was removed without')
    const id = (await run(['users', 'list'])).printed.split('\t')[0] ?? ''
    const { printed } = await run(['users', 'remove', 'grace'])
    expect(printed).toContain('is kept: whoever is added as "grace" again gets it.')
    expect(printed).toMatch(new RegExp(` users remove ${id} --memories\n$`))
    expect(printed).not.toContain('owner')
  })

  test('remove: what is said to erase the memories is taken as it is typed, also an id that looks like an option', async () => {
    const names = Array.from({ length: 500 }, (_, at) => `person ${at}`)
    const name = names.find((each) => idOfName(each).startsWith('-')) ?? expect.unreachable()
    const run = runIn(join(folder, 'looks like an option'))
    await run(['users', 'add', name])
    const { printed } = await run(['users', 'remove', name])
    const words = printed.trimEnd().split(' run where they are kept: ')[1]?.split(' ') ?? []
    expect(words.slice(0, 2)).toEqual(['users', 'remove'])
    const { told } = await run(words)
    expect(told).toStartWith('There is no data in ')
  })

  test('remove of the owner: a new code signs in again, as it does', async () => {
    await run(['code'])
    const { printed } = await run(['users', 'remove', 'owner'])
    expect(printed).toMatch(/a new code \(.+ code\) signs in as the owner again/)
    expect(printed).not.toContain('cannot sign in')
    expect((await run(['code'])).status).toBe(0)
  })
})

test('an option that there is not, and the end of --help: that settings are variables, and where they all are', async () => {
  const settings = /Settings are variables: PORT=9000, DATA_DIR=...; all of them: .+ env --template\n/
  const { told, status } = await run(['--port', '9000'])
  expect(told).toMatch(settings)
  expect(told).toStartWith("Unknown option '--port'")
  expect(status).toBe(2)
  expect((await run(['--help'])).printed).toMatch(new RegExp(`\\n${settings.source}$`))
  expect((await run(['users', 'remove'])).told).not.toMatch(settings)
})

test('restore: where people are, which folder that is and what to do; when it is done, what came and what to do next', async () => {
  await run(['code'])
  const file = join(folder, 'said.gz')
  await run(['backup', file])
  const refused = await run(['restore', file])
  expect(refused.told).toContain(`DATA_DIR is ${folder}: set it to an empty folder, or move this one away.`)
  expect(refused.status).toBe(1)
  const { printed } = await runIn(join(folder, 'empty'))(['restore', file])
  expect(printed).toMatch(
    /^\d+ records restored, 0 memories among them: .+\nStart the server: people sign in again\.\n$/,
  )
})

test('models pull without a network: the address, the three files to bring, and the command as it is typed', async () => {
  const { told, status } = await run(['models', 'pull', 'our-own'], { MODEL_URL: 'http://127.0.0.1:1/our-own/' })
  expect(told).toContain('127.0.0.1:1 cannot be reached')
  expect(told).toContain(
    'bring config.json, tokenizer.json, onnx/model_quantized.onnx from http://127.0.0.1:1/our-own/ in a folder DIR, then: ',
  )
  expect(told).toMatch(/then: .*(souvenir|main\.ts) models add DIR --name our-own\n$/)
  expect(status).toBe(1)
})

const modelFolder = engineUrl('EMBEDDER_MODEL_DIR')
test.skipIf(modelFolder === undefined)(
  'models add: of another model than the configured one what to set, of the configured one only to start again',
  async () => {
    const add = (variables: Record<string, string>) =>
      runIn(temporaryFolder('models'))(['models', 'add', modelFolder ?? '', '--name', 'our-own'], variables)
    const [other, same, off] = [
      await add({}),
      await add({ EMBEDDER_MODEL: 'our-own' }),
      await add({ EMBEDDER: 'none', EMBEDDER_MODEL: 'our-own' }),
    ]
    expect(other.printed).toEndWith('\nSet EMBEDDER_MODEL=our-own and start the server again.\n')
    expect(same.printed).toEndWith('\nA server that runs takes it up when it is started again.\n')
    expect(off.printed).toEndWith('\nSet EMBEDDER=local and start the server again.\n')
  },
  120_000,
)
