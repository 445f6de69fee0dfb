/** What one process serves unless told otherwise. */
export const allRoles = ['auth', 'mcp', 'api', 'ui', 'worker'] as const
/** `actions` is a part of `api`: what ChatGPT's Actions may call, and nothing else. */
const nameableRoles = [...allRoles, 'actions'] as const
export type Role = (typeof nameableRoles)[number]
/** For a command about memories: where only their engines are configured, no key of the sign-in server has to be. */
export const memoryRoles: ReadonlySet<Role> = new Set(['worker'])

/** Roles apart by commas. Throws a `TypeError` that names what is not one. */
export function parseRoles(text: string): ReadonlySet<Role> {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !(nameableRoles as readonly string[]).includes(name))
  if (unknown.length > 0) throw new TypeError(`--roles takes ${nameableRoles.join(', ')}; not ${unknown.join(', ')}`)
  return new Set(names as Role[])
}
