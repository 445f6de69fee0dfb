/** What a person at a terminal gets wrong is said in a sentence that names it; it never ends the process with a stack. */
import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clients } from '../../../src/cli/clients.ts'
import { UsageError } from '../../../src/cli/command.ts'
import { healthcheck } from '../../../src/cli/healthcheck.ts'
import { createBackup, readBackup } from '../../../src/cli/transfer/file.ts'
import { users } from '../../../src/cli/users.ts'
import { version } from '../../../src/cli/version.ts'
import { runAside } from '../../support/run-aside.ts'
import { projectRoot } from '../../support/source-files.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder('words')
const about = { version: '0', at: '2026-01-01T00:00:00Z' }

describe('the file of a backup', () => {
  test.each([
    ['in a folder that does not exist', join(folder, 'none', 'backup.gz')],
    ['below a file', join(folder, 'plain', 'backup.gz')],
  ])('%s cannot be written, and is named', async (_where, path) => {
    writeFileSync(join(folder, 'plain'), '')
    const file = createBackup(path, about)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await expect(file.end()).rejects.toThrow(`${path} cannot be written`)
    await file.discard()
  })

  test('a folder that does not exist is said to be missing, rather than a file of ours', async () => {
    const path = join(folder, 'none', 'backup.gz')
    const file = createBackup(path, about)
    await expect(file.end()).rejects.toThrow(`${path} cannot be written: there is no folder ${join(folder, 'none')}.`)
    await file.discard()
    await expect(readBackup(path, async () => {})).rejects.toThrow(`there is no folder ${join(folder, 'none')}.`)
    const none = readBackup(join(folder, 'none.gz'), async () => {})
    await expect(none).rejects.toThrow('none.gz cannot be read: there is no such file.')
  })

  test.each([
    ['that does not exist', join(folder, 'none.gz')],
    ['that is a folder', folder],
  ])('%s cannot be read, and is named', async (_which, path) => {
    await expect(readBackup(path, async () => {})).rejects.toThrow(`${path} cannot be read`)
  })

  test('is its own: of what somebody has laid in its way neither mode nor target counts', async () => {
    const path = join(folder, 'secret.gz')
    const theirs = join(folder, 'theirs')
    for (const lay of [
      () => writeFileSync(`${path}.part`, '', { mode: 0o666 }),
      () => symlinkSync(theirs, `${path}.part`),
    ]) {
      lay()
      await createBackup(path, about).end()
      expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
      expect(existsSync(theirs)).toBe(false)
      rmSync(path)
    }
    mkdirSync(`${path}.part`)
    await expect(createBackup(path, about).end()).rejects.toThrow(`${path} cannot be written`)
  })

  test('what goes wrong with the records is not laid to the file', async () => {
    const path = join(folder, 'whole.gz')
    const preference = { kind: 'row', table: 'preference', value: { owner_id: 'ada', value: '{}' } } as const
    const file = createBackup(path, about)
    await file.write(Array.from({ length: 1_000 }, () => preference))
    await file.end()
    const full = async () => {
      throw new Error('the disk is full')
    }
    await expect(readBackup(path, full)).rejects.toThrow('the disk is full')
  })
})

describe('wrong words', () => {
  test('healthcheck names a role that there is not, and a word too many', async () => {
    await expect(healthcheck.run(['--roles', 'nonsense'])).rejects.toThrow(UsageError)
    await expect(healthcheck.run(['nonsense'])).rejects.toThrow('nonsense')
  })

  test('clients says what it takes before it opens any engine', async () => {
    const before = process.env.DATA_DIR
    process.env.DATA_DIR = join(folder, 'never made')
    try {
      for (const words of [[], ['nonsense'], ['list', 'nonsense'], ['remove'], ['add', '--nonsense']]) {
        await expect(clients.run(words)).rejects.toThrow(/clients|nonsense/)
      }
      expect(existsSync(join(folder, 'never made'))).toBe(false)
    } finally {
      if (before === undefined) delete process.env.DATA_DIR
      else process.env.DATA_DIR = before
    }
  })

  test.each([
    [['add', ''], 'users add needs a NAME that is not empty.'],
    [['add'], 'users add needs a NAME that is not empty.'],
    [['link'], 'users link needs a NAME and the SUBJECT of the account.'],
    [['link', 'grace'], 'users link needs the SUBJECT after the NAME'],
    [['remove'], 'users remove needs the NAME, or the id, of whom to remove.'],
    [['list', 'grace'], 'users takes "add NAME", "list"'],
  ])('users %o: what is missing is said', async (words, said) => {
    await expect(users.run(words)).rejects.toThrow(said)
    await expect(users.run(words)).rejects.toThrow(UsageError)
  })

  test('version takes no word', async () => {
    await expect(version.run(['nonsense'])).rejects.toThrow('nonsense')
  })
})

test('a reader that has read enough (| head) is no failure', async () => {
  const piped = ['bash', '-o', 'pipefail', '-c', '"$0" src/main.ts --help | head -1', process.execPath]
  const child = Bun.spawn(piped, { cwd: projectRoot, stdout: 'pipe', stderr: 'pipe' })
  const [printed, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  expect(printed).toStartWith('souvenir: ')
  expect(complaint).toBe('')
  expect(await child.exited).toBe(0)
})

describe('what a command says beside what it prints', () => {
  const run = (words: string[], variables: Record<string, string>) =>
    runAside(words, { HOME: folder, DATA_DIR: join(folder, 'asked'), ...variables })

  test('healthcheck: at which address nothing answers', async () => {
    const { told, status } = await run(['healthcheck'], { PORT: '1' })
    expect(told).toContain('nothing answers at http://127.0.0.1:1/health')
    expect(told).toContain('with this PORT?')
    expect(status).toBe(1)
  })

  test('code: that there was nothing in the folder before, which may be mistyped; once, and with status 0', async () => {
    const variables = { DATA_DIR: join(folder, 'mistyped') }
    const first = await run(['code'], variables)
    expect(first.told).toContain(`There was nothing in ${variables.DATA_DIR} before: no server uses it yet.`)
    expect([first.printed.trim() === '', first.status]).toEqual([false, 0])
    expect((await run(['code'], variables)).told).not.toContain('There was nothing')
  })

  test.each([
    [['backup', join(folder, 'of-nothing.gz')]],
    [['migrate']],
    [['rebuild', 'index']],
    [['users', 'list']],
    [['users', 'link', 'grace', '1']],
    [['users', 'remove', 'grace']],
    [['users', 'remove', 'grace', '--memories']],
    [['clients', 'list']],
    [['clients', 'remove', 'one']],
    [['keys', 'list']],
  ])('%o: that there is no data in the folder, which may be mistyped; nothing is made', async (words) => {
    const dataDir = join(folder, 'not there')
    // Where what is in the files would be moved to is not asked before there is anything to move.
    const elsewhere = words[0] === 'migrate' ? { DATABASE_URL: 'postgres://souvenir@127.0.0.1:1/souvenir' } : {}
    const { printed, told, status } = await run(words, { DATA_DIR: dataDir, ...elsewhere })
    expect(told).toMatch(/^There (is no data|are no signing keys) in .+ made/)
    expect(told).toContain(dataDir)
    expect(told).toContain('Set DATA_DIR')
    expect([printed, status]).toEqual(['', 1])
    expect([existsSync(dataDir), existsSync(join(folder, 'of-nothing.gz'))]).toEqual([false, false])
  })

  test('models list: what may be fetched, and nothing is made', async () => {
    const dataDir = join(folder, 'not there')
    expect(await run(['models', 'list'], { DATA_DIR: dataDir })).toMatchObject({ told: '', status: 0 })
    expect(existsSync(dataDir)).toBe(false)
  })

  test('backup: a folder with sign-in data alone stays without memories', async () => {
    const dataDir = join(folder, 'sign-in alone')
    await run(['code'], { DATA_DIR: dataDir })
    const path = join(folder, 'sign-in.gz')
    const { printed, status } = await run(['backup', path], { DATA_DIR: dataDir })
    expect(printed).toMatch(/, 0 memories among them, in .+: sign-in on SQLite\n$/)
    expect(status).toBe(0)
    expect(existsSync(join(dataDir, 'memory.db'))).toBe(false)
  })

  test('serve: what to check where Postgres does not answer', async () => {
    const { told, status } = await run(['serve'], { DATABASE_URL: 'postgres://souvenir:hush@127.0.0.1:1/souvenir' })
    expect(told).toContain('Check DATABASE_URL (host, port, user, password), and that Postgres runs.')
    expect(told).toContain('ECONNREFUSED')
    expect(told).not.toContain('hush')
    expect(status).toBe(1)
  })

  test('an error that no command expects: its name, its code and where it was, and nothing that it quotes', async () => {
    const variables = { DATA_DIR: join(folder, 'unexpected') }
    const client = ['clients', 'add', '--name', 'Bot', '--redirect-uri', 'https://bot.example/callback']
    expect((await run(client, variables)).status).toBe(0)
    // A folder in place of the file: the runtime's error names both paths.
    const file = join(folder, 'marker-quokka')
    mkdirSync(file)
    const { told, status } = await run(['backup', file, '--replace'], variables)
    expect(told).toContain('An error that nobody expected: Error (code EISDIR)')
    expect(told).not.toContain('quokka')
    expect(status).toBe(1)
  })

  test('clients list: on standard error, so that the list itself is empty', async () => {
    await run(['code'], {})
    const { printed, told, status } = await run(['clients', 'list'], {})
    expect([printed, status]).toEqual(['', 0])
    expect(told).toContain('No client is registered there yet')
  })

  test.each([
    [
      'clients',
      ['--redirect-uri', 'http://localhost/', '--name', 'Mine'],
      'id\tkind\tname\tsends people back to, serves\n',
    ],
    ['users', ['grace'], 'id\tname\taddress\tsigns in with\n'],
  ])(
    '%s list: its headings on standard error, so that the list itself has nothing else',
    async (name, more, headings) => {
      const variables = { DATA_DIR: temporaryFolder('list') }
      expect((await run([name, 'add', ...more], variables)).status).toBe(0)
      const { printed, told } = await run([name, 'list'], variables)
      expect(told).toBe(headings)
      expect(printed.trim().split('\n')).toHaveLength(1)
      expect(printed.split('\t')[name === 'users' ? 1 : 2]).toContain(more.at(-1) ?? '')
    },
  )
})
