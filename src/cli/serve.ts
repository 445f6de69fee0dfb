import { type App, buildApp, buildWaiting } from '../app.ts'
import { type Config, loadConfig } from '../config/config.ts'
import { fromSource } from '../config/own-command.ts'
import { allRoles } from '../config/roles.ts'
import { markServedHere, type ServingHere } from '../dependencies/serving.ts'
import { type Dependencies, openDependencies } from '../dependencies.ts'
import type { Listening } from '../serve.ts'
import { systemClock } from '../shared/clock.ts'
import { closeUnheard } from '../shared/closing.ts'
import { Fault } from '../shared/fault.ts'
import { createLog, type Log } from '../shared/log.ts'
import { isLoopback, isLoopbackAddress } from '../shared/loopback.ts'
import { pause } from '../shared/pause.ts'
import { createRandom } from '../shared/random.ts'
import { version } from '../shared/version.ts'
import { late, within } from '../shared/within.ts'
import { type Command, complain, complainsToTerminal, lineOf } from './command.ts'
import { endsWithinMs, lastNet } from './last-net.ts'
import { listenAt } from './listen-at.ts'
import { rolesOf } from './roles.ts'
import { saidOnce } from './said-once.ts'

/** Requests under way get this long to finish after SIGTERM. */
const drainMs = 8_000

export const serve: Command = {
  name: 'serve',
  usage: '[--roles auth,mcp,api,ui,worker,actions]',
  summary: 'Serves (all roles unless told otherwise) until it is stopped. This is the default.',
  async run(words) {
    const config = loadConfig(rolesOf(words))
    const log = createLog(config.logLevel)
    const uncaught = lastNet(log)
    const stopped = Promise.race([stopSignal(), uncaught])
    const running = needsOthers(config) ? await startWaiting(config, log, stopped) : await start(config, log)
    if (running === undefined) return statusOf(await stopped)
    const { dependencies, app, listening } = running
    const metrics = await listenForMetrics(config, app)
    const servingHere = markServedHere(config, listening.port)
    await greet(config, dependencies, listening, servingHere)
    const signal = await stopped
    log.info({ signal }, 'stopping')
    const end = async () => {
      await within(drainMs, app.close())
      await Promise.all([listening.stop(drainMs), metrics?.stop(drainMs)])
      servingHere.end()
      await dependencies.close()
    }
    const ended = await within(endsWithinMs, end())
    if (ended === late) log.warn('not everything could be closed in time: the process ends')
    return statusOf(signal)
  },
}

/** Who was told to end did well. */
const statusOf = (signal: string) => (signal === 'uncaught error' ? 1 : 0)

interface Running {
  readonly dependencies: Dependencies
  readonly app: App
  readonly listening: Listening
}

async function start(config: Config, log: Log): Promise<Running> {
  const dependencies = await openDependencies(config, log)
  const app = buildApp(config, dependencies)
  try {
    return { dependencies, app, listening: await listenAt(app.serve, config.listen) }
  } catch (error) {
    await closeUnheard(() => dependencies.close())
    throw error
  }
}

/** `/metrics` on a port of its own. */
const listenForMetrics = async ({ listen: { host }, metrics }: Config, { serveMetrics }: App) =>
  serveMetrics && metrics?.port !== undefined
    ? listenAt(serveMetrics, { host, port: metrics.port, variable: 'METRICS_PORT' })
    : undefined

/** Whether this process is a part of a deployment whose other parts may start later. */
const needsOthers = ({ auth, roles }: Config) => auth === 'none' || !roles.has('auth')

/** Listens at once and answers 503 until what it needs is there; undefined when it was stopped before that. */
async function startWaiting(config: Config, log: Log, stopped: Promise<string>): Promise<Running | undefined> {
  const random = createRandom(systemClock)
  const waiting = buildWaiting(config, { random, log })
  const say = saidOnce(complain, systemClock)
  let { serve } = waiting
  const listening = await listenAt((request, peer) => serve(request, peer), config.listen)
  try {
    for (;;) {
      const opened = await openDependencies(config, log).catch((error: unknown) => {
        if (!(error instanceof Fault) || error.kind !== 'unavailable') throw error
        return error
      })
      if (!(opened instanceof Fault)) {
        const app = buildApp(config, opened)
        serve = app.serve
        return { dependencies: opened, app, listening }
      }
      waiting.tell(config.auth === 'none' ? opened.message : `${opened.message} ${withoutSignIn}`)
      say(`waiting: ${lineOf(opened)}`)
      if ((await Promise.race([stopped, pause(retryMs)])) !== undefined) break
    }
  } catch (error) {
    await closeUnheard(() => listening.stop(0))
    throw error
  }
  await listening.stop(drainMs)
  return undefined
}

const retryMs = 2_000
const withoutSignIn =
  'Start what is missing (docker compose up -d), or, to work on this machine without sign-in, set AUTH=none.'

const stopSignal = () =>
  new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        // Also amid a start, which nobody ends otherwise.
        setTimeout(() => process.exit(0), endsWithinMs).unref?.()
        resolve(signal)
      })
  })

/** The guard on Host keeps other sites' pages out, and nobody who sends what they like: that only the address does. */
const withoutSignInAt = (host: string, port: number) =>
  isLoopbackAddress(host)
    ? 'not needed (AUTH=none): whoever reaches this machine is the owner'
    : `WARNING: AUTH=none at HOST=${host}: who reaches port ${port} from anywhere is the owner. Publish it at 127.0.0.1 alone`

/** They get on with each other, and yet it is seldom meant: an app that is connected to one is not connected to the other. */
const servedTwice = ({ port, roles }: ServingHere['others'][number]) =>
  `WARNING: another souvenir, on port ${port}, serves from this DATA_DIR too (${roles.join(', ')}): the same people and memories, limits of its own. Stop one, or give this one another DATA_DIR`

/** At most so many names: the line is to be read. */
const namesShown = 3
const envFileOf = (unread: readonly string[]) =>
  `./.env (${unread.slice(0, namesShown).join(', ')}${unread.length > namesShown ? ', ...' : ''}): give it with "set -a; . ./.env; set +a" before, or EnvironmentFile= in systemd`

/** What a person who started it wants to know, on standard error; the log, one JSON line an event, is on standard output. */
async function greet(
  config: Config,
  dependencies: Dependencies,
  { host, port }: Listening,
  { others }: ServingHere,
): Promise<void> {
  const lines = [`souvenir ${version} listens on http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`, '']
  const row = (name: string, value: string) => lines.push(`  ${name.padEnd(12)} ${value}`)
  if (config.roles.has('mcp')) row('MCP', `${config.apiBaseUrl}/mcp   (paste this into your client)`)
  if (config.roles.has('api')) row('REST', `${config.apiBaseUrl}/api/v1   (described at ${config.apiBaseUrl}/docs)`)
  if (config.roles.has('ui')) row('pages', `${config.uiBaseUrl}/   (your memories, your apps, how to connect)`)
  if (config.auth === 'none') row('sign in', withoutSignInAt(host, port))
  else row('issuer', config.issuer)
  if (fromSource) row('commands', 'npx bun src/main.ts COMMAND, which the documents call souvenir COMMAND')
  if (config.roles.size < allRoles.length) row('roles', [...config.roles].join(', '))
  row('data', config.dataDir)
  for (const other of others) row('', servedTwice(other))
  for (const { purpose, engine } of dependencies.engines) row(purpose, engine)
  if (!config.roles.has('auth') && config.redisUrl === undefined && config.auth !== 'none') {
    row('revoked', 'tokens are known where the sign-in server has this same DATA_DIR; elsewhere set REDIS_URL for both')
  }
  for (const { given, meant } of config.misspelt())
    row('not read', `${given} is no variable: perhaps ${meant} is meant`)
  const unread = config.unreadIn(process.cwd())
  if (unread.length > 0) row('not read', envFileOf(unread))
  if (dependencies.people !== undefined) {
    if (complainsToTerminal()) {
      const { code, lifetimeMinutes } = await dependencies.people.issueCode()
      row('sign in', `with the code ${code}   (once, within ${lifetimeMinutes} minutes)`)
    } else row('sign in', `with a code from: ${config.command} code`)
    if (config.google !== undefined) row('', `or through ${config.google.issuer.host}`)
    if (!isLoopbackAddress(host) && isLoopback(new URL(config.issuer).hostname))
      row('', 'on this machine alone: for others set OIDC_BASE_URL to the https address that they use')
    if (config.google === undefined && config.allowedEmails.length + config.allowedDomains.length > 0)
      row(
        'not used',
        'ALLOWED_EMAILS and ALLOWED_DOMAINS say who may sign in with Google, which GOOGLE_CLIENT_ID switches on',
      )
  }
  complain(`${lines.join('\n')}\n`)
}
