/** Other processes that serve what this one serves from the same DATA_DIR: most likely one was started twice. */
import { join } from 'node:path'
import { markServing, type ServingProcess } from '../adapters/sqlite/serving.ts'
import type { Config } from '../config/config.ts'
import type { Role } from '../config/roles.ts'

export interface ServingHere {
  /** Each with the roles that this process has too. */
  readonly others: readonly ServingProcess[]
  end(): void
}

/** Marks DATA_DIR as served from here, for the next one to see, as far as anything of these roles is kept there. */
export function markServedHere(config: Config, port: number): ServingHere {
  const roles = [...config.roles].filter((role) => isKeptHere(role, config))
  if (roles.length === 0) return { others: [], end: () => {} }
  const { others, end } = markServing(join(config.dataDir, 'serving'), { port, roles })
  const shared = others.map((other) => ({ port: other.port, roles: other.roles.filter(isOurs) }))
  return { others: shared.filter(({ roles }) => roles.length > 0), end }

  function isOurs(role: string): boolean {
    return roles.some((own) => own === role)
  }
}

/** Any number of workers may share the work. What is in Redis or Postgres is for several processes. */
function isKeptHere(role: Role, { redisUrl, databaseUrl }: Config): boolean {
  if (role === 'worker') return false
  return (role === 'auth' || role === 'ui' ? redisUrl : databaseUrl) === undefined
}
