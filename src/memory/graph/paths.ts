/** Ways from one entity to another over the memories that name two of them: breadth first, the shortest ones. */
import type { Entity, Link } from './ports.ts'

/** A step: `to` is named beside the entity before it. */
export type Step = Link

export interface PathRequest {
  readonly from: string
  readonly to: string
  readonly maxSteps: number
  readonly limit: number
}

/** Not more entities than this are gone on from in one step: those that newer memories name come first. */
const widest = 100

/** The shortest paths, in the order in which the links give them; none when there is none within `maxSteps`. */
export async function shortestPaths(
  linksOf: (keys: readonly string[]) => Promise<readonly Link[]>,
  { from, to, maxSteps, limit }: PathRequest,
): Promise<readonly (readonly Step[])[]> {
  if (from === to) return []
  /** For each entity that was met, the steps of the level in which it was met first. */
  const met = new Map<string, { readonly level: number; readonly steps: Step[] }>([[from, { level: 0, steps: [] }]])
  let frontier = [from]
  for (let level = 1; level <= maxSteps && frontier.length > 0 && !met.has(to); level++) {
    const next: string[] = []
    for (const link of await linksOf(frontier)) {
      const known = met.get(link.to.key)
      if (known === undefined) {
        met.set(link.to.key, { level, steps: [link] })
        next.push(link.to.key)
      } else if (known.level === level) known.steps.push(link)
    }
    frontier = next.slice(0, widest)
  }
  return backFrom(to, met, limit)
}

/** Follows the steps back from the end, at most `limit` times. */
function backFrom(
  to: string,
  met: ReadonlyMap<string, { readonly steps: readonly Step[] }>,
  limit: number,
): readonly (readonly Step[])[] {
  const paths: (readonly Step[])[] = []
  const follow = (key: string, behind: readonly Step[]) => {
    const steps = met.get(key)?.steps ?? []
    if (steps.length === 0 && behind.length > 0) paths.push(behind)
    for (const step of steps) {
      if (paths.length >= limit) return
      follow(step.from, [step, ...behind])
    }
  }
  if (met.has(to)) follow(to, [])
  return paths.slice(0, limit)
}

/** The entities of a path in order, given the first one. */
export const entitiesOf = (first: Entity, path: readonly Step[]): readonly Entity[] => [
  first,
  ...path.map(({ to }) => to),
]
