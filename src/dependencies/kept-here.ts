/** For commands that work on what is kept already: opening it would make it, in a folder that somebody mistyped. */
import { statSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { Fault } from '../shared/fault.ts'
import { signInFileOf } from './auth-engine.ts'
import { memoryFileOf } from './memory-engine.ts'

type Where = Pick<Config, 'dataDir' | 'redisUrl' | 'databaseUrl'>

/** Whether there is anything to open; on an engine that is configured there may be. */
export const mayKeepSignIn = (config: Where): boolean =>
  config.redisUrl !== undefined || mayBeThere(signInFileOf(config))
export const mayKeepMemories = (config: Where): boolean =>
  config.databaseUrl !== undefined || mayBeThere(memoryFileOf(config))

/** @throws Fault `not_found` (`nothing_kept`) where no server has kept any sign-in data yet */
export function assertSignInKept(config: Where): void {
  if (!mayKeepSignIn(config)) throw nothingKeptIn(config, 'DATA_DIR or REDIS_URL')
}

/** @throws Fault `not_found` (`nothing_kept`) where no server has kept any memories yet */
export function assertMemoriesKept(config: Where): void {
  if (!mayKeepMemories(config)) throw nothingKeptIn(config, 'DATA_DIR or DATABASE_URL')
}

/** `variables` say where a server's data is. */
export const nothingKeptIn = ({ dataDir }: Pick<Config, 'dataDir'>, variables: string): Fault =>
  new Fault(
    'not_found',
    `There is no data in ${dataDir}, and nothing was made there. Set ${variables} as for the server; a new one begins to keep data when it is first started.`,
    { code: 'nothing_kept' },
  )

/** What cannot be looked at may be there: opening it says why it cannot. */
function mayBeThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}
