/**
 * The product as a process, for the target that TARGET names: from source on Bun (see built-product.ts) or Deno, the built executable, or
 * the image's root (IMAGE_ROOT, laid out by tests/image/e2e) as its own user and nothing else of the machine's.
 */
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { builtProduct } from './built-product.ts'
import { engineUrl } from './engines.ts'
import { freePort } from './free-port.ts'
import { folderWithKeys, freshFolder, giveKeys } from './product-folder.ts'
import { raisedLimits } from './raised-limits.ts'
import { projectRoot } from './source-files.ts'
import { imageUser, type Target, target } from './target.ts'

export { freePort } from './free-port.ts'
export { folderWithKeys, freshFolder } from './product-folder.ts'
export { target } from './target.ts'

/** What runs a file of the project. */
const runners: Record<'bun' | 'deno', readonly string[]> = {
  bun: [process.execPath],
  // The package's own command is a wrapper that a signal to it would not pass on.
  deno: [
    ...new Bun.Glob('node_modules/@deno/*/deno{,.exe}').scanSync({ cwd: projectRoot, absolute: true }),
    'run',
    '-A',
  ],
}

const commands: Record<Target, () => Promise<readonly string[]>> = {
  bun: async () => (process.env.CI === 'true' ? [...runners.bun, 'src/main.ts'] : [await builtProduct()]),
  deno: async () => [...runners.deno, 'src/main.ts'],
  binary: async () => [join(projectRoot, 'dist/souvenir')],
  image: async () => ['chroot', `--userspec=${imageUser}:${imageUser}`, process.env.IMAGE_ROOT ?? '', '/souvenir'],
}
/** What starts the product, before its words. */
export const command = commands[target]

export interface Server {
  readonly url: string
  readonly pid: number
  /** Everything it wrote so far. */
  output(): string
  stop(signal?: 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGUSR2'): Promise<number>
}

const startSeconds = 20

/** The executable runs in a folder with nothing in it: it needs no file beside it. */
const workingFolder = (): string => (target === 'binary' || target === 'image' ? freshFolder() : projectRoot)

/** Only what a test sets reaches the process, beside what any process needs. */
const environmentOf = (variables: Record<string, string>): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  ...raisedLimits,
  ...variables,
})

/** Starts the server and waits until it answers. */
export async function startServer(
  variables: Record<string, string>,
  port: number,
  ...words: readonly string[]
): Promise<Server> {
  await giveKeys(variables)
  return start([...(await command()), ...(words.length > 0 ? ['serve', ...words] : [])], variables, port)
}

/** The same, but waits only until it answers at all: what it needs may not be there yet. */
export const startUnready = async (
  variables: Record<string, string>,
  port: number,
  ...words: readonly string[]
): Promise<Server> => start([...(await command()), 'serve', ...words], variables, port, () => true)

/** The same of a file that runs the server itself, on a runtime that runs from source. */
export const startFile = (runtime: 'bun' | 'deno', file: string, variables: Record<string, string>, port: number) =>
  start([...runners[runtime], file], variables, port, undefined, projectRoot)

/** The same from a folder that is not the project's, as a service without a working folder is started. */
export const startElsewhere = (
  runtime: 'bun' | 'deno',
  variables: Record<string, string>,
  port: number,
  folder = freshFolder(),
) => start([...runners[runtime], join(projectRoot, 'src/main.ts')], variables, port, undefined, folder)

/** The same on a terminal of its own, by util-linux's `script`. */
export const startOnTerminal = async (variables: Record<string, string>, port: number): Promise<Server> => {
  const quoted = (await command()).map((word) => `'${word}'`).join(' ')
  return start(['script', '-qec', quoted, '/dev/null'], variables, port)
}

/** What a server wrote last, without passwords in addresses and without tokens. */
const lastLines = (output: string): string =>
  output
    .split('\n')
    .slice(-20)
    .join('\n')
    .replace(/:[^\s/:@]+@/g, ':[secret]@')
    .replace(/\b(eyJ|[\w-]{40})[\w.-]*/g, '[token]')

async function start(
  commandLine: readonly string[],
  variables: Record<string, string>,
  port: number,
  isReady: ((response: Response) => boolean) | undefined = undefined,
  cwd = workingFolder(),
): Promise<Server> {
  const child = Bun.spawn([...commandLine], {
    cwd,
    env: environmentOf(variables),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let output = ''
  const reading = Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      const decoder = new TextDecoder()
      for await (const chunk of stream) output += decoder.decode(chunk, { stream: true })
    }),
  )
  let stopping = false
  child.exited.then(async (status) => {
    if (stopping) return
    await reading
    console.error(`the server ended by itself (exit ${status}):\n${lastLines(output)}`)
  })
  const url = `http://localhost:${port}`
  const until = Date.now() + startSeconds * 1000
  for (;;) {
    if (child.exitCode !== null || Date.now() > until) {
      stopping = true
      child.kill('SIGKILL')
      await reading
      throw new Error(`the server did not start (exit ${child.exitCode}): ${output}`)
    }
    const healthy = await fetch(`http://127.0.0.1:${port}/health`).then(isReady ?? (({ ok }) => ok), () => false)
    // It greets once it listens, which on a busy machine is read after the first answer.
    if (healthy && (isReady !== undefined || output.includes(' listens on '))) break
    await Bun.sleep(20)
  }
  return {
    url,
    pid: child.pid,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      stopping = true
      child.kill(signal)
      const status = await child.exited
      await reading
      return status
    },
  }
}

/** Runs a command beside a running server and gives what it printed. */
export async function runCommand(variables: Record<string, string>, ...words: readonly string[]): Promise<string> {
  const child = Bun.spawn([...(await command()), ...words], {
    cwd: workingFolder(),
    env: environmentOf(variables),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [printed, complaint, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (status !== 0) throw new Error(`${words.join(' ')}: exit ${status}: ${complaint}`)
  return printed.trim()
}

export interface Product {
  readonly issuer: string
  readonly apiUrl: string
  readonly variables: Record<string, string>
  readonly servers: () => readonly Server[]
  issueCode(user?: string): Promise<string>
  addUser(name: string): Promise<void>
  /** Stops every process and starts them again on the same folder. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<number[]>
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number[]>
  output(): string
}

export type Shape = 'one process' | 'auth apart' | 'as in compose'
/** The image runs as compose.yml runs it. */
export const shapes: readonly Shape[] = target === 'image' ? ['as in compose'] : ['one process', 'auth apart']

/** Redis has 16 databases; what is in the first is under a prefix of its own. */
const redisDatabase = 9 + ((Number(process.env.JEST_WORKER_ID ?? 1) - 1) % 7)

/**
 * A database of Redis of this worker's own, a schema of Postgres of this run's own, and the graph in Neo4j: as far as their variables
 * are set.
 */
function enginesOfCompose(): Record<string, string> {
  const [redis, database, neo4j] = [engineUrl('REDIS_URL'), engineUrl('DATABASE_URL'), engineUrl('NEO4J_URL')]
  const schema = `compose_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`
  return {
    ...(redis === undefined
      ? {}
      : {
          REDIS_URL: Object.assign(new URL(redis), { pathname: `/${redisDatabase}` }).href,
          KEYS_ENCRYPTION_KEY: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'),
        }),
    ...(database === undefined ? {} : { DATABASE_URL: `${database}?schema=${schema}` }),
    ...(neo4j === undefined
      ? {}
      : {
          NEO4J_URL: neo4j,
          NEO4J_USER: process.env.NEO4J_USER ?? 'neo4j',
          NEO4J_PASSWORD: process.env.NEO4J_PASSWORD ?? '',
        }),
  }
}

async function emptyRedis(url: string | undefined): Promise<void> {
  if (url === undefined) return
  const admin = new Redis(url)
  await admin.flushdb()
  admin.disconnect()
}

/** The product in one process, or sign-in in one and the resources in another that verifies through its JWKS. */
export async function startProduct(shape: Shape, more: Record<string, string> = {}): Promise<Product> {
  const [apiPort, authPort] = [await freePort(), await freePort()]
  const apiUrl = `http://localhost:${apiPort}`
  const issuer = shape === 'one process' ? apiUrl : `http://localhost:${authPort}`
  const variables: Record<string, string> = {
    DATA_DIR: shape === 'as in compose' ? freshFolder() : folderWithKeys(),
    PORT: String(apiPort),
    OIDC_PORT: String(authPort),
    OIDC_BASE_URL: issuer,
    API_BASE_URL: apiUrl,
    ...(shape === 'one process' ? {} : { JWKS_URL: `http://127.0.0.1:${authPort}/auth/jwks` }),
    ...(shape === 'as in compose' ? enginesOfCompose() : {}),
    ...more,
  }
  if (shape === 'as in compose') await emptyRedis(variables.REDIS_URL)
  /** The pages, the bridge and the worker, which compose starts beside the two. */
  const startBeside = async () =>
    Promise.all(
      ['ui', 'actions', 'worker'].map(async (role) => {
        const port = await freePort()
        return startServer({ ...variables, PORT: String(port), API_URL: apiUrl }, port, '--roles', role)
      }),
    )
  let past = ''
  const startAll = async () =>
    shape === 'one process'
      ? [await startServer(variables, apiPort)]
      : [
          await startServer(variables, authPort, '--roles', 'auth'),
          await startServer(variables, apiPort, '--roles', 'mcp,api'),
          ...(shape === 'as in compose' ? await startBeside() : []),
        ]
  let servers = await startAll()
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    const statuses = await Promise.all(servers.map((server) => server.stop(signal)))
    past += servers.map((server) => server.output()).join('')
    servers = []
    return statuses
  }
  return {
    issuer,
    apiUrl,
    variables,
    servers: () => servers,
    issueCode: (user) => runCommand(variables, 'code', ...(user === undefined ? [] : ['--user', user])),
    addUser: async (name) => {
      await runCommand(variables, 'users', 'add', name)
    },
    async restart(signal) {
      const statuses = await stop(signal)
      servers = await startAll()
      return statuses
    },
    stop,
    output: () => past + servers.map((server) => server.output()).join(''),
  }
}
