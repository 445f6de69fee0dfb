import { parseArgs } from 'node:util'
import { buildApp } from '../app.ts'
import { type Config, loadConfig } from '../config/config.ts'
import { allRoles, parseRoles } from '../config/roles.ts'
import { type Dependencies, openDependencies } from '../dependencies.ts'
import { type Listening, listen } from '../serve.ts'
import { version } from '../shared/version.ts'
import { type Command, complain, UsageError } from './command.ts'

/** Requests under way get this long to finish after SIGTERM; the process is gone within ten seconds. */
const drainMs = 8_000

export const serve: Command = {
  name: 'serve',
  usage: '[--roles auth,mcp,api,ui,worker]',
  summary: 'Serves (all roles unless told otherwise) until it is stopped. This is the default.',
  async run(words) {
    const { values } = parseArgs({ args: [...words], options: { roles: { type: 'string' } } })
    const config = loadConfig(values.roles === undefined ? new Set(allRoles) : rolesIn(values.roles))
    const dependencies = await openDependencies(config)
    const app = buildApp(config, dependencies)
    let listening: Listening
    try {
      listening = await listen(app.serve, config.listen.host, config.listen.port)
    } catch (error) {
      await dependencies.close()
      if (!isAddressInUse(error)) throw error
      complain(`Port ${config.listen.port} is taken. Stop what listens there, or set PORT to another.`)
      return 1
    }
    await greet(config, dependencies, listening)
    const signal = await stopSignal()
    dependencies.log.info({ signal }, 'stopping')
    await app.close()
    await listening.stop(drainMs)
    await dependencies.close()
    return 0
  },
}

function rolesIn(text: string) {
  try {
    return parseRoles(text)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

const isAddressInUse = (error: unknown) =>
  error instanceof Error &&
  /EADDRINUSE|AddrInUse|in use/i.test(`${error.name} ${error.message} ${'code' in error ? error.code : ''}`)

const stopSignal = () =>
  new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })

/** What a person who started it wants to know, on standard error; the log, one JSON line an event, is on standard output. */
async function greet(config: Config, dependencies: Dependencies, { host, port }: Listening): Promise<void> {
  const lines = [`souvenir ${version} listens on http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`, '']
  const row = (name: string, value: string) => lines.push(`  ${name.padEnd(12)} ${value}`)
  if (config.roles.has('mcp')) row('MCP', `${config.apiBaseUrl}/mcp   (paste this into your client)`)
  if (config.roles.has('api')) row('REST', `${config.apiBaseUrl}/api/v1   (described at ${config.apiBaseUrl}/docs)`)
  row('issuer', config.issuer)
  if (config.roles.size < allRoles.length) row('roles', [...config.roles].join(', '))
  row('data', config.dataDir)
  for (const { purpose, engine } of dependencies.engines) row(purpose, engine)
  if (dependencies.people !== undefined) {
    if (process.stderr.isTTY) {
      const { code } = await dependencies.people.issueCode()
      row('sign in', `with the code ${code}   (once, within 15 minutes)`)
    } else row('sign in', 'with a code from: souvenir code')
    if (config.google !== undefined) row('', `or through ${config.google.issuer.host}`)
  }
  for (const warning of config.warnings) row('warning', warning)
  complain(`${lines.join('\n')}\n`)
}
