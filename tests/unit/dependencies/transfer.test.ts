/** What a deployment keeps where it is filled and one of its parts fails: nothing, so that the next try finds it empty. */
import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openKeyFolder } from '../../../src/adapters/keys/folder.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { openOnSqlite } from '../../../src/dependencies/memory-engine.ts'
import { openPlace, readPlace, type TransferRecord, writePlace } from '../../../src/dependencies/transfer.ts'
import type { StoredKey } from '../../../src/oidc/ports.ts'
import { app, draftOf, owner, policyAt } from '../../support/memories.ts'
import { signingKeys } from '../../support/signing-keys.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const ring = await signingKeys(Date.now())
const person: Extract<TransferRecord, { kind: 'user' }> = {
  kind: 'user',
  value: {
    ...{ id: owner('ada'), name: 'Ada', createdAt: 1, updatedAt: 1 },
    identities: [{ provider: 'console', subject: 'owner' }],
  },
}
const keyRecords = (keys: readonly StoredKey[]): TransferRecord[] => keys.map((value) => ({ kind: 'key', value }))

/** A memory's row, as another deployment gives it. */
async function memoryRows(): Promise<readonly TransferRecord[]> {
  const config = loadConfig(undefined, { DATA_DIR: temporaryFolder('transfer') })
  const engine = await openOnSqlite(config)
  await engine.store.add(owner('ada'), app('chat'), [draftOf('Rex is brown.')], policyAt())
  await engine.close()
  const records: TransferRecord[] = []
  const place = await openPlace(config)
  await readPlace(place, async (some) => void records.push(...some))
  await place.close()
  return records
}
const memories = await memoryRows()

async function fill(variables: Record<string, string>, records: readonly TransferRecord[]): Promise<void> {
  const place = await openPlace(loadConfig(undefined, variables))
  try {
    await writePlace(place, (take) => take(records))
  } finally {
    await place.close()
  }
}

async function kept(variables: Record<string, string>): Promise<readonly TransferRecord['kind'][]> {
  const place = await openPlace(loadConfig(undefined, variables))
  const records: TransferRecord[] = []
  await readPlace(place, async (some) => void records.push(...some)).catch(() => {})
  await place.close()
  return [...new Set(records.map(({ kind }) => kind))].toSorted()
}

test('where the signing keys cannot be kept, nothing is kept of people and memories, and the next try succeeds', async () => {
  const DATA_DIR = temporaryFolder('transfer')
  const OIDC_KEYS_DIR = join(temporaryFolder('transfer'), 'keys')
  writeFileSync(OIDC_KEYS_DIR, 'no folder')
  const records = [...memories, person, ...keyRecords(ring)]
  await expect(fill({ DATA_DIR, OIDC_KEYS_DIR }, records)).rejects.toMatchObject({ code: 'keys_unavailable' })
  await fill({ DATA_DIR }, records)
  expect(await kept({ DATA_DIR })).toEqual(['key', 'row', 'user'])
})

test('where the memories are refused at last, the signing keys are those of before', async () => {
  const DATA_DIR = temporaryFolder('transfer')
  const keys = openKeyFolder(join(DATA_DIR, 'keys'))
  const before = await signingKeys(Date.now())
  await keys.save(before, [])
  const extraction: TransferRecord = { kind: 'row', table: 'extraction', value: { memory: 1, body: 'no JSON' } }
  await expect(fill({ DATA_DIR }, [...memories, extraction, person, ...keyRecords(ring)])).rejects.toThrow(SyntaxError)
  expect(await keys.load()).toEqual(before)
  await fill({ DATA_DIR }, [...memories, person, ...keyRecords(ring)])
  expect(await keys.load()).toEqual(ring)
})

test('beside a server that goes on, memories are read as of one moment, and people behind them', async () => {
  const config = loadConfig(undefined, { DATA_DIR: temporaryFolder('transfer') })
  const engine = await openOnSqlite(config)
  const remember = (text: string) => engine.store.add(owner('ada'), app('chat'), [draftOf(text)], policyAt())
  await remember('Before.')
  const place = await openPlace(config)
  const records: TransferRecord[] = []
  await readPlace(place, async (some) => {
    records.push(...some)
    if (records.length > some.length || place.auth === undefined) return
    await remember('Amid.')
    await place.auth.stores.users.create(person.value)
  })
  const texts = records.flatMap((one) => (one.kind === 'row' && one.table === 'memory' ? one.value.content : []))
  expect(texts).toEqual(['Before.'])
  expect(records.filter(({ kind }) => kind === 'user')).toHaveLength(1)
  await place.close()
  await engine.close()
})

test('where there are memories already, it is said which folder to change', async () => {
  const DATA_DIR = temporaryFolder('transfer')
  await fill({ DATA_DIR }, memories)
  await expect(fill({ DATA_DIR }, [...memories, person])).rejects.toMatchObject({
    code: 'not_empty',
    message: expect.stringContaining(`DATA_DIR is ${DATA_DIR}: set it to an empty folder, or move this one away.`),
  })
  expect(await kept({ DATA_DIR })).not.toContain('user')
})
