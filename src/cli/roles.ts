import { parseArgs } from 'node:util'
import { allRoles, parseRoles, type Role } from '../config/roles.ts'
import { UsageError } from './command.ts'

/** The roles that `--roles auth,mcp` (or `--roles=auth,mcp`) names; all without it. Throws `UsageError` for what is not a role. */
export function rolesOf(words: readonly string[]): ReadonlySet<Role> {
  const { values } = parseArgs({ args: [...words], options: { roles: { type: 'string' } } })
  if (values.roles === undefined) return new Set(allRoles)
  try {
    return parseRoles(values.roles)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
