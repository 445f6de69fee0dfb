/**
 * `bun tests/e2e/schemathesis.ts [examples an operation] [seed]`: schemathesis (PyPI) makes requests from the complete OpenAPI
 * document, some 2,000 by default, and sends them to the product with a real token. Its exit status is the script's.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { deploy } from '../support/deployment.ts'
import { freePort, freshFolder } from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

const version = '4.32.5'
const [examples = '20', seed = '1'] = process.argv.slice(2)

/** A Python environment of its own, made once. */
async function installed(): Promise<string> {
  const folder = join(projectRoot, 'node_modules/.cache', `schemathesis-${version}`)
  const program = join(folder, 'bin/schemathesis')
  if (await Bun.file(program).exists()) return program
  mkdirSync(folder, { recursive: true })
  await run(['python3', '-m', 'venv', folder])
  await run([join(folder, 'bin/pip'), 'install', '--quiet', `schemathesis==${version}`])
  return program
}

async function run(command: readonly string[]): Promise<void> {
  const status = await Bun.spawn([...command], { stdout: 'inherit', stderr: 'inherit' }).exited
  if (status !== 0) throw new Error(`${command[0]} ended with ${status}`)
}

const program = await installed()
const port = await freePort()
const origin = `http://localhost:${port}`
const deployment = await deploy()
const { access_token } = await deployment.signIn(await deployment.register())
const server = Bun.serve({ port, idleTimeout: 0, fetch: (request) => deployment.serve(request, '127.0.0.1') })

const checking = Bun.spawn(
  [
    program,
    '--config-file',
    join(projectRoot, 'tests/e2e/schemathesis.toml'),
    'run',
    `${origin}/api/v1/openapi.json`,
    '--url',
    origin,
    '--header',
    `Authorization: Bearer ${access_token}`,
    '--checks',
    'all',
    '--max-examples',
    examples,
    '--exclude-path',
    '/api/v1/events', // a stream has no end to wait for
    '--seed',
    seed,
    '--continue-on-failure',
    '--no-color',
    '--workers',
    '1',
    '--request-timeout',
    '20',
  ],
  { stdout: 'inherit', stderr: 'inherit', cwd: freshFolder() },
)
const status = await checking.exited
await server.stop(true)
await deployment.close()
process.exit(status)
