/**
 * `bun tests/e2e/schemathesis.ts [examples an operation] [seed] [at least so many]`: schemathesis (PyPI) makes requests from the
 * complete OpenAPI document, some 3,500 by default, and sends them to the product with a real token. Fails when an answer is not as
 * documented, when fewer requests were made than asked for, and when a violation that is put there on purpose is not found.
 * Making a request takes schemathesis ten times what answering it takes us, on one processor: the operations are shared out among as
 * many of its processes as there are processors. What follows links from one operation to another then runs by itself, on all.
 */
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { deploy } from '../support/deployment.ts'
import { withAccount } from '../support/rest.ts'
import { freePort, freshFolder } from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

const version = '4.32.5'
const [examples = '20', seed = '1', least = '1000'] = process.argv.slice(2)

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
const { access_token } = await deployment.signIn(await deployment.register({ scope: withAccount }), {
  scope: withAccount,
})
/** How many answers had each status. */
const answers = new Map<number, number>()
const server = Bun.serve({
  port,
  idleTimeout: 0,
  async fetch(request) {
    const answer = await deployment.serve(request, { address: '127.0.0.1' })
    answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1)
    return answer
  },
})

/** Exit status and output of one run against the server at `url`. */
async function check(url: string, ...words: readonly string[]): Promise<{ status: number; output: string }> {
  const command = [
    ...[program, '--config-file', join(projectRoot, 'tests/e2e/schemathesis.toml')],
    ...['run', `${origin}/api/v1/openapi.json`, '--url', url],
    ...['--header', `Authorization: Bearer ${access_token}`],
    ...['--checks', 'all', '--seed', seed, '--continue-on-failure'],
    ...['--no-color', '--workers', '1', '--request-timeout', '20', ...words],
  ]
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'inherit', cwd: freshFolder() })
  let output = ''
  const decoder = new TextDecoder()
  for await (const chunk of child.stdout) output += decoder.decode(chunk, { stream: true })
  return { status: await child.exited, output }
}

/** The same server, but one answer lacks what the document promises. */
const broken = Bun.serve({
  port: 0,
  async fetch(request) {
    const answer = await deployment.serve(request, { address: '127.0.0.1' })
    return answer.status === 200 ? Response.json({ id: 7 }) : answer
  },
})
const violated = await check(`http://localhost:${broken.port}`, '--include-path', '/api/v1/me', '--max-examples', '2')
await broken.stop(true)

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
}

/** All that is documented but the stream of changes, which has no end to wait for. */
async function operationIds(): Promise<readonly string[]> {
  const { paths }: Document = await (await fetch(`${origin}/api/v1/openapi.json`)).json()
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  return operations.map(({ operationId }) => operationId).filter((id) => id !== 'streamChanges')
}

/** It goes last and alone: a confirmation that one request was given is sent by another, and all after it would be refused. */
const last = 'deleteAccount'
const ids = (await operationIds()).filter((id) => id !== last)
const processes = Math.min(availableParallelism(), 4)
const parts = Array.from({ length: processes }, (_, part) => ids.filter((_id, at) => at % processes === part))
const startedAt = performance.now()
const runs = await Promise.all(
  parts.map((part) =>
    check(
      origin,
      ...['--max-examples', examples, '--phases', 'examples,coverage,fuzzing'],
      ...part.flatMap((id) => ['--include-operation-id', id]),
    ),
  ),
)
runs.push(
  await check(
    origin,
    ...['--max-examples', examples, '--phases', 'stateful'],
    ...['streamChanges', last].flatMap((id) => ['--exclude-operation-id', id]),
  ),
)
const headers = { authorization: `Bearer ${access_token}` }
const stillThere = (await fetch(`${origin}/api/v1/me`, { headers })).ok
runs.push(
  await check(
    origin,
    ...['--max-examples', examples, '--phases', 'examples,coverage,fuzzing', '--include-operation-id', last],
  ),
)
const seconds = (performance.now() - startedAt) / 1000
for (const { output } of runs) console.log(output)
const generated = runs.reduce((sum, { output }) => sum + Number(/(\d+) generated/.exec(output)?.[1] ?? 0), 0)
console.log(
  `${generated} requests of ${ids.length + 1} operations in ${seconds.toFixed(0)} s, by ${processes} processes`,
)
console.log(
  `answers: ${[...answers]
    .toSorted()
    .map(([status, count]) => `${count} x ${status}`)
    .join(', ')}`,
)
const failed = runs.filter(({ status }) => status !== 0)
const problems = [
  ...failed.map(({ status }) => `schemathesis ended with ${status}`),
  ...(stillThere ? [] : ['the token was refused before the end: what came after that tells nothing']),
  ...(generated >= Number(least) ? [] : [`${generated} requests were made, fewer than ${least}`]),
  ...(violated.status === 1 ? [] : [`a violation was not found: ${violated.output.slice(-2_000)}`]),
]
for (const problem of problems) console.error(`FAILED: ${problem}`)
await server.stop(true)
await deployment.close()
process.exit(problems.length === 0 ? 0 : 1)
