import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { loadConfig } from '../../src/config/config.ts'
import type { Role } from '../../src/config/roles.ts'
import { openDependencies } from '../../src/dependencies.ts'
import { createLog } from '../../src/shared/log.ts'
import { app, draftOf, owner, policyAt } from '../support/memories.ts'
import { memoryEngines } from '../support/memory-engines.ts'
import { describeIndexRebuild } from './index-rebuild.ts'

for (const { name, open } of memoryEngines) describeIndexRebuild(name, open)

const folder = mkdtempSync(join(tmpdir(), 'souvenir-rebuild-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rebuilder = `
import { openSqliteMemoryStore } from '${new URL('../../src/adapters/sqlite/memory/store.ts', import.meta.url).pathname}'
const { rebuild } = openSqliteMemoryStore({ path: process.argv[2] })
while (await rebuild.goOn()) process.stdout.write('.')
process.stdout.write('done')
`

test('kill -9 amid it: the next process goes on where it was, and nothing is lost or left', async () => {
  const path = join(folder, 'memory.db')
  const script = join(folder, 'rebuilder.ts')
  await Bun.write(script, rebuilder)
  const first = openSqliteMemoryStore({ path })
  const drafts = Array.from({ length: 1_500 }, (_, n) => draftOf(`The boat${n} has a red sail and ${n % 7} oars.`))
  await first.store.add(owner('ada'), app('chat'), drafts, policyAt())
  await first.vectors.renew('index', undefined, 0)
  await first.store.close()
  let output = ''
  let killed = 0
  while (!output.endsWith('done')) {
    const child = Bun.spawn([process.execPath, script, path], { stdout: 'pipe', stderr: 'inherit' })
    output = ''
    for await (const chunk of child.stdout) {
      output += new TextDecoder().decode(chunk)
      if (output.length < 3 || killed > 2) continue
      killed += 1
      child.kill('SIGKILL')
      break
    }
    await child.exited
  }
  expect(killed).toBe(3)
  const last = openSqliteMemoryStore({ path })
  expect(last.verify(owner('ada'))).toEqual([])
  await last.store.close()
})

test.each([{ roles: ['worker'] }, { roles: ['mcp', 'api'] }] as const)(
  'a process of roles $roles makes it anew, without a model or a graph and whoever else there is',
  async ({ roles }) => {
    const dataDir = join(folder, roles.join())
    const path = join(dataDir, 'memory.db')
    const first = openSqliteMemoryStore({ path })
    await first.store.add(owner('ada'), app('chat'), [draftOf('The boat has a red sail.')], policyAt())
    await first.vectors.renew('index', undefined, 0)
    await first.store.close()
    const environment = { DATA_DIR: dataDir, AUTH: 'none', EMBEDDER: 'none', LOG_LEVEL: 'silent' }
    const worker = await openDependencies(loadConfig(new Set<Role>(roles), environment), createLog('silent'))
    const rows = new DatabaseSync(path, { readOnly: true })
    const unfinished = () =>
      rows.prepare('SELECT count(*) AS owners FROM index_owner WHERE unfinished = 1').get()?.owners
    for (let tries = 0; tries < 500 && unfinished() !== 0; tries++) await Bun.sleep(20)
    expect(unfinished()).toBe(0)
    rows.close()
    await worker.close()
  },
)
