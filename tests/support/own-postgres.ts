/** A Postgres server of a test's own, which it may kill: started by tests/services/up in a folder and on a port of its own. */
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, freshFolder } from './server.ts'
import { projectRoot } from './source-files.ts'

/** Where `up` has put the program for all: it is not installed twice. */
const shared = join(process.env.SERVICES_DIR ?? join(tmpdir(), 'souvenir-services'), 'pg')

export async function ownPostgres() {
  const folder = freshFolder()
  if (existsSync(shared)) symlinkSync(shared, join(folder, 'pg'))
  const pidFile = join(folder, 'postgres.pid')
  const env = { ...process.env, SERVICES_DIR: folder, PG_PORT: String(await freePort()) }
  async function run(script: 'up' | 'down'): Promise<string> {
    const child = Bun.spawn([join(projectRoot, 'tests/services', script), 'postgres'], {
      env,
      stdout: Bun.file(join(folder, `${script}.out`)),
      stderr: Bun.file(join(folder, `${script}.err`)),
    })
    if ((await child.exited) !== 0) throw new Error(readFileSync(join(folder, `${script}.err`), 'utf8'))
    return readFileSync(join(folder, `${script}.out`), 'utf8')
  }
  const url = /DATABASE_URL=(\S+)/.exec(await run('up'))?.[1] ?? ''
  return {
    url,
    /** kill -9 of the server; the processes it made for connections die with it. */
    kill() {
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL')
      // Until the system has taken notice of its end it looks alive, to us and to a server that takes its place.
      rmSync(pidFile)
      rmSync(join(folder, 'pgdata', 'postmaster.pid'))
    },
    restart: () => run('up'),
    stop: () => run('down'),
  }
}
