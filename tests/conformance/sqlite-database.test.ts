import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../../src/adapters/sqlite/database.ts'
import { isConstraint } from '../../src/adapters/sqlite/errors.ts'
import { Fault } from '../../src/shared/fault.ts'
import type { Migration } from '../../src/shared/migrations.ts'
import { failureOf, saying } from '../support/failure.ts'
import { type SmallDisk, smallDisk } from '../support/small-disk.ts'

const first: Migration = { name: 'notes', sql: 'CREATE TABLE note (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT' }
const second: Migration = { name: 'note size', sql: 'ALTER TABLE note ADD COLUMN size INTEGER NOT NULL DEFAULT 0' }

const disk = smallDisk(24)
afterAll(() => disk?.unmount())

const folders: string[] = []
const opened: Database[] = []

afterEach(() => {
  for (const database of opened.splice(0)) database.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-sqlite-'))
  folders.push(folder)
  return join(folder, 'data', 'notes.db')
}

function open(path: string, migrations: readonly Migration[] = [first], busyTimeoutMs = 5_000): Database {
  const database = openDatabase({ path, migrations, busyTimeoutMs })
  opened.push(database)
  return database
}

const code = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return error instanceof Fault ? `${error.kind} ${error.code}` : String(error)
  }
  return 'nothing was thrown'
}

describe('a SQLite file', () => {
  test('is durable at commit, keeps foreign keys and overwrites what is deleted', () => {
    const database = open(newPath())
    expect(database.get<object>('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' })
    expect(database.get<object>('PRAGMA synchronous')).toMatchObject({ synchronous: 2 })
    expect(database.get<object>('PRAGMA foreign_keys')).toMatchObject({ foreign_keys: 1 })
    expect(database.get<object>('PRAGMA secure_delete')).toMatchObject({ secure_delete: 1 })
  })

  test('is readable by its owner alone, with its journal and its folder, also when it was open to others before', () => {
    const path = newPath()
    open(path).run("INSERT INTO note (id, text) VALUES ('1', 'a')")
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
    chmodSync(path, 0o644)
    open(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('a snapshot sees the file as it is at one moment, whatever another process writes meanwhile, and ends with its work', () => {
    const path = newPath()
    const [reader, writer] = [open(path), open(path)]
    const count = () => reader.get<{ count: number }>('SELECT count(*) AS count FROM note')?.count
    const seen = reader.snapshot(() => {
      const before = count()
      writer.run("INSERT INTO note (id, text) VALUES ('1', 'a')")
      return [before, count()]
    })
    expect(seen).toEqual([0, 0])
    expect(count()).toBe(1)
    expect(() =>
      reader.snapshot(() => {
        throw new Error('not found')
      }),
    ).toThrow('not found')
    writer.run("INSERT INTO note (id, text) VALUES ('2', 'b')")
    expect(count()).toBe(2)
    reader.transaction(() => reader.snapshot(() => reader.run("DELETE FROM note WHERE id = '1'")))
    expect(count()).toBe(1)
  })

  test('migrations are applied once, in order, and later ones to a file with data', () => {
    const path = newPath()
    open(path).run("INSERT INTO note (id, text) VALUES ('1', 'a')")
    const later = open(path, [first, second])
    expect(later.get<object>('SELECT id, text, size FROM note')).toEqual({ id: '1', text: 'a', size: 0 })
    expect(later.all<{ name: string }>('SELECT name FROM migration ORDER BY number').map(({ name }) => name)).toEqual([
      'notes',
      'note size',
    ])
  })

  test('a step that fails leaves the schema as it was', () => {
    const path = newPath()
    open(path)
    const broken: Migration = { name: 'broken', sql: 'CREATE TABLE half (id TEXT) STRICT; CREATE NONSENSE' }
    expect(() => openDatabase({ path, migrations: [first, broken] })).toThrow()
    expect(open(path).get("SELECT 1 FROM sqlite_schema WHERE name = 'half'")).toBeUndefined()
  })

  test('a database of a newer program is refused, and so is one of another program', () => {
    const path = newPath()
    open(path, [first, second])
    expect(code(() => open(path, [first]))).toBe('conflict database_newer')
    expect(code(() => open(path, [second, first]))).toBe('conflict database_foreign')
  })

  test('a damaged file is told apart from one that does not answer, at the opening and later', () => {
    const path = newPath()
    const whole = open(path)
    whole.run(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO note SELECT i, hex(randomblob(100)) FROM n',
    )
    whole.close()
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill('x', bytes.length / 2))
    const torn = open(path)
    expect(() => torn.all('SELECT text FROM note ORDER BY id')).toThrow(
      'The database is damaged: whoever runs this server has to restore a backup.',
    )
    torn.close()
    for (const content of [bytes.fill('x'), bytes.subarray(0, 5_000)]) {
      writeFileSync(path, content)
      expect(() => open(path)).toThrow(`${path} is damaged`)
      expect(() => open(path)).toThrow('restore a backup into an empty DATA_DIR (the command restore FILE)')
    }
  })

  test('a transaction that throws changes nothing, and the next one works', () => {
    const database = open(newPath())
    expect(() =>
      database.transaction(() => {
        database.run("INSERT INTO note (id, text) VALUES ('1', 'a')")
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(database.all('SELECT * FROM note')).toEqual([])
    database.transaction(() => database.transaction(() => database.run("INSERT INTO note VALUES ('2', 'b')")))
    expect(database.all('SELECT * FROM note')).toHaveLength(1)
  })

  test('what is to be done once a transaction is durable is not done for one that is rolled back', () => {
    const database = open(newPath())
    const done: string[] = []
    const note = (id: string) => {
      database.run('INSERT INTO note VALUES (?, ?)', id, 'a')
      database.afterCommit(() => done.push(id))
      expect(done).not.toContain(id)
    }
    const twice = () => database.transaction(() => [note('1'), database.transaction(() => note('1'))])
    expect(twice).toThrow('UNIQUE')
    database.transaction(() => note('2'))
    expect(done).toEqual(['2'])
    database.afterCommit(() => done.push('none'))
    expect(done).toEqual(['2', 'none'])
  })

  test('group commit: what asks in one turn of the event loop is one transaction, and nobody is answered before it is durable', async () => {
    const path = newPath()
    const [database, other] = [open(path), open(path)]
    const seenByOthers = () => other.all('SELECT id FROM note').length
    const seen: number[] = []
    const write = (id: string) =>
      database
        .groupCommit(() => {
          database.run('INSERT INTO note VALUES (?, ?)', id, 'text')
          seen.push(seenByOthers())
          return id
        })
        .finally(() => seen.push(seenByOthers()))
    expect(await Promise.all([write('1'), write('2'), write('3')])).toEqual(['1', '2', '3'])
    expect(seen).toEqual([0, 0, 0, 3, 3, 3])
  })

  test('group commit: who throws is undone alone, and gets its own error', async () => {
    const database = open(newPath())
    const write = (id: string, fails = false) =>
      database.groupCommit(() => {
        database.run('INSERT INTO note VALUES (?, ?)', id, 'text')
        if (fails) throw new Error(`not ${id}`)
      })
    const settled = await Promise.allSettled([write('1'), write('2', true), write('3')])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(settled[1]).toMatchObject({ reason: { message: 'not 2' } })
    expect(database.all<{ id: string }>('SELECT id FROM note').map(({ id }) => id)).toEqual(['1', '3'])
  })

  test('group commit: who throws alone leaves nothing behind and gets its own error', async () => {
    const database = open(newPath())
    const write = (id: string, fails = false) =>
      database.groupCommit(() => {
        database.run('INSERT INTO note VALUES (?, ?)', id, 'text')
        if (fails) throw new Error(`not ${id}`)
      })
    expect(await failureOf(write('1', true))).toMatchObject(saying('not 1'))
    await write('1')
    expect(database.all<{ id: string }>('SELECT id FROM note').map(({ id }) => id)).toEqual(['1'])
  })

  test('group commit: when SQLite undoes all, as it may on a full disk, all are refused and the next group works', async () => {
    const database = open(newPath())
    database.run("INSERT INTO note VALUES ('1', 'a')")
    const write = (sql: string) => database.groupCommit(() => database.run(sql))
    const settled = await Promise.allSettled([
      write("INSERT INTO note VALUES ('2', 'b')"),
      write("INSERT OR ROLLBACK INTO note VALUES ('1', 'c')"),
      write("INSERT INTO note VALUES ('3', 'd')"),
    ])
    for (const one of settled) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SQLITE_ERROR' } })
    expect(database.all('SELECT id FROM note')).toHaveLength(1)
    expect(await write("INSERT INTO note VALUES ('4', 'e')")).toBe(1)
  })

  test.skipIf(disk === undefined)(
    'group commit: of a group that finds the disk full, those for whom room is set aside are written, and it is set aside again',
    async () => {
      const { folder, fill } = disk as SmallDisk
      const path = join(folder, 'reserved.db')
      const database = openDatabase({ path, migrations: [first], reserved: true })
      opened.push(database)
      const insert = (id: string) => database.run('INSERT INTO note VALUES (?, ?)', id, 'x'.repeat(40_000))
      for (let round = 0; round < 5; round++) {
        fill()
        const settled = await Promise.allSettled([
          database.groupCommit(() => insert(`a${round}`)),
          database.groupCommitWithReserve(() => insert(`b${round}`)),
          database.groupCommitWithReserve(() => insert('b0')),
          database.groupCommitWithReserve(() => insert(`c${round}`)),
        ])
        expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
        expect(settled[0]).toMatchObject({ reason: { code: 'disk_full' } })
        expect(statSync(`${path}-reserve`).size).toBeGreaterThan(3_000_000)
      }
      expect(database.all('SELECT id FROM note')).toHaveLength(10)
    },
  )

  test('group commit: all of a group are refused while another process keeps the file locked, and after it was closed', async () => {
    const path = newPath()
    const [holder, waiter] = [open(path), open(path, [first], 50)]
    const writeTwo = () =>
      Promise.allSettled(
        ['1', '2'].map((id) => waiter.groupCommit(() => waiter.run('INSERT INTO note VALUES (?, 1)', id))),
      )
    holder.run('BEGIN IMMEDIATE')
    const locked = await writeTwo()
    holder.run('ROLLBACK')
    waiter.close()
    for (const one of [...locked, ...(await writeTwo())]) {
      expect(one).toMatchObject({ status: 'rejected', reason: { kind: 'unavailable' } })
    }
  })

  test('a violated constraint is told apart from a file that does not answer', () => {
    const database = open(newPath())
    database.run("INSERT INTO note VALUES ('1', 'a')")
    const insertAgain = () => database.run("INSERT INTO note VALUES ('1', 'b')")
    expect(insertAgain).toThrow()
    try {
      insertAgain()
    } catch (error) {
      expect(isConstraint(error)).toBe(true)
    }
    database.close()
    expect(code(() => database.get('SELECT * FROM note'))).toBe('unavailable unavailable')
  })

  test('a file that another process keeps locked is unavailable, not an inner error', () => {
    const path = newPath()
    const holder = open(path)
    const waiter = open(path, [first], 50)
    holder.transaction(() => {
      holder.run("INSERT INTO note VALUES ('1', 'a')")
      expect(code(() => waiter.run("INSERT INTO note VALUES ('2', 'b')"))).toBe('unavailable unavailable')
    })
    expect(waiter.run("INSERT INTO note VALUES ('2', 'b')")).toBe(1)
  })

  test('health is up while it answers and down after that', async () => {
    const database = open(newPath())
    expect(await database.health.check()).toEqual({ state: 'up' })
    database.close()
    expect(await database.health.check()).toMatchObject({ state: 'down' })
  })
})
