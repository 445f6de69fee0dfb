import { existsSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { createPeople, type People } from '../oidc/people.ts'
import { signInFileOf } from './auth-engine.ts'
import { openBesideServer } from './beside-server.ts'

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
