/** Variables that are set and mean nothing here, but are a slip of the pen away from one that does. */
import { composeVariables } from './compose-variables.ts'
import type { Environment } from './read.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'

export interface Misspelt {
  readonly given: string
  readonly meant: string
}

const plain = (name: string) => name.replaceAll('_', '').toUpperCase()

/** By the name without its underscores. */
const known = new Map(
  [
    ...(Object.entries(variables) as [string, Variable<unknown>][]).flatMap(([name, { file }]) =>
      file ? [name, `${name}_FILE`] : [name],
    ),
    ...Object.keys(composeVariables),
  ].map((name) => [plain(name), name] as const),
)
/** By how many characters they have: what is one slip away has one more or one less at most. This runs at every start. */
const byLength = Map.groupBy(known, ([name]) => name.length)
/** That a shorter name of somebody else's is near to one of ours is chance. */
const shortestName = 4

/** What is set and not read: names alone, never a value. */
export function misspeltVariables(environment: Environment): readonly Misspelt[] {
  return Object.keys(environment).flatMap((given) => {
    if (given.length < shortestName || !environment[given]) return []
    const meant = nearest(plain(given))
    return meant === undefined || meant === given ? [] : [{ given, meant }]
  })
}

function nearest(given: string): string | undefined {
  const same = known.get(given)
  if (same !== undefined) return same
  return [given.length, given.length - 1, given.length + 1]
    .flatMap((length) => byLength.get(length) ?? [])
    .find(([name]) => isOneSlipAway(given, name))?.[1]
}

/** One character too many, too few, or another, or two changed over. */
function isOneSlipAway(one: string, other: string): boolean {
  // At four characters or more a slip leaves the first as it was, or the last: most names end here, at every start.
  if (one.charCodeAt(0) !== other.charCodeAt(0) && one.at(-1) !== other.at(-1)) return false
  let start = 0
  while (start < one.length && one[start] === other[start]) start += 1
  const [a, b] = [one.slice(start), other.slice(start)]
  if (a.length !== b.length) return a.slice(1) === b || a === b.slice(1)
  return a.slice(1) === b.slice(1) || (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
}
