import type { Config } from '../config/config.ts'
import { createPeople, type People } from '../oidc/people.ts'
import { systemClock } from '../shared/clock.ts'
import { createLog } from '../shared/log.ts'
import { createRandom } from '../shared/random.ts'
import { openAuthEngine } from './auth-engine.ts'
import { oidcSettings } from './oidc-settings.ts'

/** People and their codes, for commands that run beside a server. @throws Fault as `openAuthEngine` */
export async function openPeople(config: Config): Promise<People & { close(): Promise<void> }> {
  const clock = systemClock
  const random = createRandom(clock)
  const engine = await openAuthEngine(config, { clock, random, log: createLog(config.logLevel) })
  const { stores, feed } = engine
  return {
    ...createPeople({ settings: oidcSettings(config), clock, random, stores, feed }),
    close: () => engine.close(),
  }
}
