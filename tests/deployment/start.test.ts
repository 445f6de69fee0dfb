/** `npx bun start` on a fresh copy of the tree: it installs by the lock file and serves, and the second time it serves at once. */
import { afterAll, expect, test } from 'bun:test'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, freshFolder } from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

/** Neither what it makes nor what it does not start with. */
const left = new Set(['node_modules', 'dist', '.git', 'tests'])
const folder = join(freshFolder(), 'tree')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const port = await freePort()
const url = `http://127.0.0.1:${port}/health`

/** Where packages come from is the machine's; nothing else of its variables reaches the program. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|BUN_|npm_config_|https?_proxy)/i.test(name)),
  ),
  PORT: String(port),
  DATA_DIR: join(folder, 'data'),
}

/** Types the start, waits until it serves, and ends it as a terminal would: in milliseconds, and what it printed. */
async function started(): Promise<{ readonly ms: number; readonly printed: string }> {
  const began = performance.now()
  const child = spawn(process.execPath, ['run', 'start'], { cwd: folder, env: environment, detached: true })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (printed += part))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    while (
      !(await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (child.exitCode !== null || performance.now() - began > 120_000)
        throw new Error(`it does not serve: ${printed}`)
      await Bun.sleep(20)
    }
    return { ms: performance.now() - began, printed }
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT')
    await ended
  }
}

test('npx bun start: by the lock file and without what only tests need, and then what is there is used', async () => {
  for (const name of readdirSync(projectRoot)) {
    if (!left.has(name)) cpSync(join(projectRoot, name), join(folder, name), { recursive: true })
  }
  const lock = await Bun.file(join(folder, 'bun.lock')).text()
  const first = await started()
  expect(first.printed).toMatch(/^Fetching packages/m)
  expect(first.printed).toContain(`listens on http://localhost:${port}`)
  expect(existsSync(join(folder, 'node_modules/elysia'))).toBe(true)
  expect(existsSync(join(folder, 'node_modules/playwright-core'))).toBe(false)
  expect(await Bun.file(join(folder, 'bun.lock')).text()).toBe(lock)
  const second = await started()
  expect(second.printed).not.toMatch(/^Fetching packages/m)
  console.log(`npx bun start: first ${Math.round(first.ms)} ms, then ${Math.round(second.ms)} ms`)
  expect(first.ms).toBeLessThan(60_000)
  expect(second.ms).toBeLessThan(15_000)
}, 180_000)
