/** The sign-in engine for a command that runs beside a server: what it reads and changes the server sees at once. */
import type { Config } from '../config/config.ts'
import type { OidcSettings } from '../oidc/ports.ts'
import { type Clock, systemClock } from '../shared/clock.ts'
import { createLog } from '../shared/log.ts'
import { createRandom, type Random } from '../shared/random.ts'
import { type AuthEngine, openAuthEngine } from './auth-engine.ts'
import { oidcSettings } from './oidc-settings.ts'

export interface BesideServer {
  readonly engine: AuthEngine
  readonly settings: OidcSettings
  readonly clock: Clock
  readonly random: Random
}

/** `mayBeEmpty` as for `openAuthEngine`. @throws Fault as `openAuthEngine` */
export async function openBesideServer(config: Config, mayBeEmpty = false): Promise<BesideServer> {
  const clock = systemClock
  const random = createRandom(clock)
  const engine = await openAuthEngine(config, { clock, random, log: createLog(config.logLevel), mayBeEmpty })
  return { engine, settings: oidcSettings(config), clock, random }
}
