/** The processes that are measured: the built executable and the plain Bun server beside it, each as people would run it. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { raisedLimits } from '../support/raised-limits.ts'
import { freePort, runCommand } from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

export interface Running {
  readonly pid: number
  readonly port: number
  /** From starting the process to its first whole answer, milliseconds. */
  readonly firstAnswerMs: number
  stop(): Promise<void>
}

export const benchFolder = mkdtempSync(join(tmpdir(), 'souvenir-bench-'))
export const product = join(projectRoot, 'dist/souvenir')
const besides = ['hello', 'bare-sdk'] as const

/** Builds all with the same flags, so that they start alike. */
export async function build(): Promise<void> {
  await run('bun', 'scripts/build.ts')
  const flags = ['--compile', '--minify', '--bytecode', '--format=esm']
  for (const name of besides) {
    await run('bun', 'build', ...flags, '--outfile', join(benchFolder, name), `tests/bench/${name}.ts`)
  }
}

async function run(...command: readonly string[]): Promise<void> {
  const status = await Bun.spawn([...command], { cwd: projectRoot, stdout: 'ignore', stderr: 'inherit' }).exited
  if (status !== 0) throw new Error(`${command.join(' ')}: exit ${status}`)
}

/** One of the servers that the product is measured beside. */
export const startBeside = async (name: (typeof besides)[number]): Promise<Running> =>
  start(join(benchFolder, name), await freePort(), {})

/** FastMCP, where PYTHON_CLIENTS (tests/services/up python-clients) names a Python that has it. */
export const startFastMcp = async (python: string): Promise<Running> =>
  start(python, await freePort(), {}, { words: [join(projectRoot, 'tests/bench/fastmcp_server.py')] })

export interface ProductRunning extends Running {
  readonly issuer: string
  readonly dataDir: string
  issueCode(): Promise<string>
}

/** Logs go to a file, as a service's do. */
export async function startProduct(dataDir: string, more: Record<string, string> = {}): Promise<ProductRunning> {
  const port = await freePort()
  const variables = { ...raisedLimits, DATA_DIR: dataDir, PORT: String(port), ...more }
  const running = await start(product, port, variables)
  return { ...running, issuer: `http://localhost:${port}`, dataDir, issueCode: () => runCommand(variables, 'code') }
}

/** A script of this repository, run from source. `path` is an address it answers with 200 once it is there. */
export async function startScript(script: string, path: string): Promise<Running> {
  return start(process.execPath, await freePort(), {}, { words: [join(projectRoot, script)], path })
}

export const freshDataDir = (): string => mkdtempSync(join(benchFolder, 'data-'))

async function start(
  command: string,
  port: number,
  variables: Record<string, string>,
  { words = [], path = '/health' }: { readonly words?: readonly string[]; readonly path?: string } = {},
): Promise<Running> {
  const log = Bun.file(join(benchFolder, `${port}.log`))
  const startedMs = performance.now()
  const child = Bun.spawn([command, ...words], {
    cwd: benchFolder,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: String(port), ...variables },
    stdin: 'ignore',
    stdout: log,
    stderr: log,
  })
  const firstAnswerMs = (await firstAnswer(`http://127.0.0.1:${port}${path}`, () => child.exitCode)) - startedMs
  return {
    pid: child.pid,
    port,
    firstAnswerMs,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

/** When `url` first answered 200, on the clock of `performance.now()`. */
async function firstAnswer(url: string, exitCode: () => number | null): Promise<number> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.status === 200) {
      await response.text()
      return performance.now()
    }
    if (exitCode() !== null) throw new Error(`the process stopped with ${exitCode()}`)
    await Bun.sleep(1)
  }
}
