/** What one process can serve. */
export const allRoles = ['auth', 'mcp', 'api', 'ui', 'worker'] as const
export type Role = (typeof allRoles)[number]

/** Roles apart by commas. Throws a `TypeError` that names what is not one. */
export function parseRoles(text: string): ReadonlySet<Role> {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !(allRoles as readonly string[]).includes(name))
  if (unknown.length > 0) throw new TypeError(`--roles takes ${allRoles.join(', ')}; not ${unknown.join(', ')}`)
  return new Set(names as Role[])
}
