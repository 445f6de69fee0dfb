/** An engine of a test's own, which it may stop and kill: started by tests/services/up in a folder and on a port of its own. */
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, freshFolder } from './server.ts'
import { projectRoot } from './source-files.ts'

/** What `up` and `down` call it, where they take its port from, and the variable that they print. */
const kinds = {
  postgres: { port: 'PG_PORT', url: 'DATABASE_URL' },
  redis: { port: 'REDIS_PORT', url: 'REDIS_URL' },
  neo4j: { port: 'BOLT_PORT', url: 'NEO4J_URL' },
} as const

export type EngineKind = keyof typeof kinds

/** Where `up` has put the program for all: it is not installed twice. */
const shared = join(process.env.SERVICES_DIR ?? join(tmpdir(), 'souvenir-services'), 'pg')

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

/** Also of one that has ended and that nobody has waited for. */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

/** Postgres and Neo4j keep what they have over a stop, and so does a Redis here, as the product asks of one. */
export async function ownEngine(kind: EngineKind) {
  const folder = freshFolder()
  if (kind === 'postgres' && existsSync(shared)) symlinkSync(shared, join(folder, 'pg'))
  const pidFile = join(folder, `${kind}.pid`)
  const env = {
    ...process.env,
    SERVICES_DIR: folder,
    [kinds[kind].port]: String(await freePort()),
    REDIS_APPENDONLY: 'yes',
  }
  async function run(script: 'up' | 'down'): Promise<string> {
    const child = Bun.spawn([join(projectRoot, 'tests/services', script), kind], {
      env,
      stdout: Bun.file(join(folder, `${script}.out`)),
      stderr: Bun.file(join(folder, `${script}.err`)),
    })
    if ((await child.exited) !== 0) throw new Error(readFileSync(join(folder, `${script}.err`), 'utf8'))
    return readFileSync(join(folder, `${script}.out`), 'utf8')
  }
  let orphans: readonly number[] = []
  const url = new RegExp(`${kinds[kind].url}=(\\S+)`).exec(await run('up'))?.[1] ?? ''
  return {
    url,
    /** kill -9 of the server; the processes that Postgres made for connections follow it a moment later. */
    kill() {
      const pid = Number(readFileSync(pidFile, 'utf8'))
      orphans = childrenOf(pid)
      process.kill(pid, 'SIGKILL')
      // Until the system has taken notice of its end it looks alive, to us and to a server that takes its place.
      rmSync(pidFile)
      rmSync(join(folder, 'pgdata', 'postmaster.pid'), { force: true })
    },
    /** Again after `stop` or `kill`, with what it kept. A second server on the files that the first one's processes still write breaks them. */
    async start() {
      while (!orphans.every(hasEnded)) await Bun.sleep(10)
      return await run('up')
    },
    stop: () => run('down'),
  }
}

export type OwnEngine = Awaited<ReturnType<typeof ownEngine>>
