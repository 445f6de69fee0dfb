/** A backup file from anybody's hand: what is wrong with it is said by line and field, and it takes no more memory than a line of ours. */
import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readBackup } from '../../../src/cli/transfer/file.ts'
import { linesOf } from '../../../src/cli/transfer/lines.ts'
import { transferRecordOf } from '../../../src/dependencies/transfer-record.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { rsaPem } from '../../support/rsa-keys.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder('backup-file')
const longestLineBytes = 16_000_000
const header = JSON.stringify({ souvenir: 'backup', format: 1, version: '0', at: '2026-01-01T00:00:00Z' })

async function faultOf(...lines: readonly string[]): Promise<Fault> {
  const path = join(folder, 'backup.gz')
  writeFileSync(path, gzipSync(`${[header, ...lines].join('\n')}\n`))
  const given: unknown[] = []
  try {
    await readBackup(path, async (records) => void given.push(...records))
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error(`it was taken: ${JSON.stringify(given)}`)
}

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

describe('The lines of a backup', () => {
  test('are the same in whatever pieces their bytes arrive', async () => {
    for (const size of [1, 2, 3, 7, 100]) {
      const lines = await Array.fromAsync(linesOf(chunked('first\n\nthird 🦦\u2028 and\nlast', size)))
      expect(lines).toEqual(['first', '', 'third 🦦\u2028 and', 'last'])
    }
  })

  test('end where one is too long: no more is read than that', async () => {
    let read = 0
    async function* endless() {
      for (;;) {
        read++
        yield Buffer.alloc(1_000, 'a')
      }
    }
    await expect(Array.fromAsync(linesOf(endless(), 10_000))).rejects.toThrow('Line 1 of the backup is longer than')
    expect(read).toBe(11)
  })

  test('a file of a megabyte that unpacks to one line of much more is refused with the line', async () => {
    const fault = await faultOf('a'.repeat(longestLineBytes + 1))
    expect([fault.kind, fault.code, fault.message]).toEqual([
      'invalid',
      'backup_broken',
      `Line 2 of the backup is longer than ${longestLineBytes} bytes.`,
    ])
  })

  test('what is no UTF-8 is refused with the line', async () => {
    const bytes = async function* () {
      yield Buffer.from([0x61, 0x0a, 0xff, 0x0a])
    }
    await expect(Array.fromAsync(linesOf(bytes()))).rejects.toThrow('Line 2 of the backup is not UTF-8.')
  })
})

const memory = {
  ...{ seq: 1, owner_id: 'ada', id: 'm1', app_id: 'chat', content: 'Tea.', content_hash: 'h', state: 'active' },
  ...{ categories: '[]', metadata: '{}', annotations: '{}', thread_id: 't', position: 0, speaker_kind: 'self' },
  ...{ speaker_name: null, occurred_at: null, valid_from: 1, valid_to: null, supersedes: null, source: 'tool' },
  ...{ created_at: 1, updated_at: 1, version: 1 },
}
const user = { id: 'ada', name: 'Ada', identities: [], createdAt: 1, updatedAt: 1 }
const pem = await rsaPem('issuer')
const key = { kid: 'k1', privateKeyPem: pem, state: 'current', since: 0 }
const row = (table: string, value: unknown) => ({ kind: 'row', table, value })
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('A record of a backup', () => {
  const wrong: [string, unknown, string, string][] = [
    ['null', null, 'kind', 'is missing'],
    ['a list', [], 'kind', 'is missing'],
    ['of no kind', { kind: 'constructor', value: {} }, 'kind', 'is none that is known here'],
    ['of no table', row('sqlite_schema', { name: 'x' }), 'table', 'is none that is known here'],
    ['of a prototype', row('__proto__', { name: 'x' }), 'table', 'is none that is known here'],
    ['with a column that is SQL', row('preference', { 'id") VALUES (1);--': 1 }), 'value.owner_id', 'is missing'],
    ['with one column more', row('memory', { ...memory, more: 1 }), 'value.more', 'is not a known field'],
    ['with an object as a column', row('memory', { ...memory, seq: {} }), 'value.seq', 'must be a whole number'],
    ['with a list as a column', row('memory', { ...memory, id: [] }), 'value.id', 'must be a string'],
    ['with half a number', row('memory', { ...memory, seq: 1.5 }), 'value.seq', 'must be a whole number'],
    ['with text that is no JSON', row('memory', { ...memory, metadata: '{' }), 'value.metadata', 'is not JSON'],
    [
      'with JSON of another shape',
      row('memory', { ...memory, categories: '[1]' }),
      'value.categories.0',
      'must be a string',
    ],
    [
      'with what a model derived of another shape',
      row('extraction', { memory: 1, body: '{"entities":[null],"relations":[]}' }),
      'value.body.entities.0',
      'must be an object',
    ],
    ['without its row', { kind: 'row', table: 'memory' }, 'value', 'must be an object'],
    [
      'of a user with a number of identities',
      { kind: 'user', value: { ...user, identities: 5 } },
      'value.identities',
      'must be an array',
    ],
    ['of a client that is nothing', { kind: 'client', value: null }, 'value', 'must be an object'],
    ['of a grant without scopes', { kind: 'grant', value: { id: 'g' } }, 'value.ownerId', 'is missing'],
    [
      'of a key that is none',
      { kind: 'key', value: { ...key, privateKeyPem: 'nope' } },
      'value.privateKeyPem',
      'is no signing key',
    ],
    ['of a key by another name', { kind: 'key', value: key }, 'value.kid', 'is not the thumbprint of its key'],
  ]
  for (const [which, record, field, what] of wrong) {
    test(`${which}: the line is named, and \`${field}\` ${what}`, async () => {
      const right = JSON.stringify(row('memory', memory))
      const fault = await faultOf(right, JSON.stringify(record), '{"kind":"end","count":2}')
      expect([fault.kind, fault.code, fault.field]).toEqual(['invalid', 'backup_broken', field])
      expect(fault.message).toStartWith(`Line 3 of the backup is no record: \`${field}\` ${what}`)
    })
  }

  test('that nests deeper than anything that is kept is refused, at once where it cannot even be written again', async () => {
    const nested = (levels: number) => ({ kind: 'user', value: { ...user, more: JSON.parse(deep(levels)) } })
    expect(transferRecordOf(nested(99))).toMatchObject({ kind: 'user' })
    for (const levels of [100, 200_000])
      expect(() => transferRecordOf(nested(levels))).toThrow('`value` nests deeper than 100 levels.')
    const line = JSON.stringify(nested(100))
    expect((await faultOf(line)).message).toBe(
      'Line 2 of the backup is no record: `value` nests deeper than 100 levels.',
    )
  })

  test('is none behind the end, and the end says how many there are', async () => {
    const right = JSON.stringify(row('memory', memory))
    const behind = await faultOf(right, '{"kind":"end","count":1}', right)
    expect(behind.message).toBe('Line 4 of the backup stands behind its end.')
    const other = await faultOf(right, '{"kind":"end","count":2}')
    expect(other.message).toBe('Line 3 of the backup is the end of another: 1 records stand before it.')
  })
})
