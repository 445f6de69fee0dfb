import { loadConfig } from '../config/config.ts'
import { type Command, complain } from './command.ts'
import { rolesOf } from './roles.ts'

const patienceMs = 3_000

/** For a container's HEALTHCHECK: asks the server on this machine, whose port follows from the same configuration. */
export const healthcheck: Command = {
  name: 'healthcheck',
  usage: '[--roles ROLES]',
  summary: 'Exit status 0 when the server on this machine is healthy, 1 when not.',
  async run(words) {
    const { listen } = loadConfig(rolesOf(words))
    const host = listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host
    const url = `http://${host}:${listen.port}/health`
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) })
      if (response.ok) return 0
      complain(`unhealthy: ${url}: ${response.status} ${(await response.text()).slice(0, 500)}`)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      complain(`unhealthy: nothing answers at ${url} (${reason}). Is the server started, with this ${listen.variable}?`)
    }
    return 1
  },
}
