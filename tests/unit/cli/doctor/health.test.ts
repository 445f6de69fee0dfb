import { expect, test } from 'bun:test'
import { createAsk } from '../../../../src/cli/doctor/ask.ts'
import { health } from '../../../../src/cli/doctor/checks/health.ts'
import { examine } from '../../../../src/cli/doctor/examine.ts'

const here = 'http://souvenir.test'
const examined = (engines: readonly object[]) =>
  examine(
    {
      issuer: here,
      api: here,
      ask: createAsk(Object.assign(async () => Response.json({ engines }), { preconnect: () => undefined })),
      token: undefined,
      holdMs: undefined,
      now: () => 0,
      variables: undefined,
    },
    [health],
  )

test('a model that cannot be loaded is shown with its file and what helps, which starting something would not', async () => {
  const detail = 'onnx/model_quantized.onnx is damaged. Get them again: souvenir models pull --replace'
  const [line] = await examined([{ engine: 'embedder', state: 'down', needed: false, detail }])
  expect(line).toMatchObject({ outcome: 'warn', saw: expect.stringContaining(detail) })
  expect(line?.todo).toBe('Until then memories are found by words alone; then start the server again.')
})

test('another engine that is down, and not needed, is to be started', async () => {
  const [line] = await examined([{ engine: 'neo4j', state: 'down', needed: false }])
  expect(line?.todo).toBe('It works without, but less well: start it.')
})

test('room is asked for where an engine says that the disk is full, and not for whatever else it has to say', async () => {
  const sqlite = { engine: 'sqlite', state: 'up', needed: true, detail: 'Something a person should know.' }
  const [full] = await examined([{ ...sqlite, code: 'disk_full' }])
  expect(full).toMatchObject({ outcome: 'warn', todo: 'Make room on that disk: df -h, docker system df.' })
  const [other] = await examined([sqlite])
  expect(other).toMatchObject({ outcome: 'warn', saw: expect.stringContaining(sqlite.detail) })
  expect(other?.todo).toBeUndefined()
})
