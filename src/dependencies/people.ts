import type { Config } from '../config/config.ts'
import { createPeople, type People } from '../oidc/people.ts'
import { openBesideServer } from './beside-server.ts'

/** People and their codes, for commands that run beside a server. @throws Fault as `openAuthEngine` */
export async function openPeople(config: Config): Promise<People & { close(): Promise<void> }> {
  const { engine, ...given } = await openBesideServer(config)
  const { stores, feed } = engine
  return { ...createPeople({ ...given, stores, feed }), close: () => engine.close() }
}
