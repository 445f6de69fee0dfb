import { OAuthError } from './errors.ts'

/** The parameters of a request: each at most once, but `resource` (RFC 8707 section 2), which may come several times. */
export interface Parameters {
  /** By name; a parameter without a value is absent (RFC 6749 section 3.1). */
  readonly values: Readonly<Record<string, string | undefined>>
  readonly resources: readonly string[]
}

const mostResources = 10

/**
 * Reads a query or a form. Throws `invalid_request` when a parameter came twice (RFC 6749 sections 3.1 and 3.2):
 * two readers of such a request could each take another value.
 */
export function readParameters(search: URLSearchParams): Parameters {
  const values: Record<string, string | undefined> = Object.create(null)
  const resources: string[] = []
  const seen = new Set<string>()
  for (const [name, value] of search) {
    if (name === 'resource') {
      if (value !== '') resources.push(value)
      continue
    }
    if (seen.has(name))
      throw new OAuthError('invalid_request', 'A parameter was sent more than once.', { reason: name.slice(0, 40) })
    seen.add(name)
    if (value !== '') values[name] = value
  }
  if (resources.length > mostResources)
    throw new OAuthError('invalid_request', `At most ${mostResources} resource parameters.`)
  return { values, resources }
}

/** A parameter that a request must have. Throws `invalid_request` that names it. */
export function required(values: Parameters['values'], name: string): string {
  const value = values[name]
  if (value === undefined) throw new OAuthError('invalid_request', `The parameter ${name} is missing.`)
  return value
}
