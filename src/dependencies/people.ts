import { existsSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { createPeople, type People } from '../oidc/people.ts'
import { deriveOwnerId } from '../oidc/signin/account.ts'
import { consoleIdentity } from '../oidc/signin/console-identity.ts'
import type { OwnerId } from '../shared/brand.ts'
import { signInFileOf } from './auth-engine.ts'
import { openBesideServer } from './beside-server.ts'

export { ownerName } from '../oidc/signin/console-identity.ts'

/** The id of whoever is added under a name: always the same one. */
export const idOfName = (name: string): OwnerId => deriveOwnerId(consoleIdentity(name))

export interface OpenedPeople extends People {
  /** The folder in which there was no sign-in data before: one that a server is yet to use, or another than it uses. */
  readonly begunIn: string | undefined
  close(): Promise<void>
}

/** People and their codes, for commands that run beside a server. @throws Fault as `openAuthEngine` */
export async function openPeople(config: Config): Promise<OpenedPeople> {
  const isBegun = config.redisUrl === undefined && !existsSync(signInFileOf(config))
  const { engine, ...given } = await openBesideServer(config)
  const { stores, feed } = engine
  return {
    ...createPeople({ ...given, stores, feed }),
    begunIn: isBegun ? config.dataDir : undefined,
    close: () => engine.close(),
  }
}
