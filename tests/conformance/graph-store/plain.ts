/** The questions of the graph answered the plain way, over a list: what every engine's answers are compared with. */
import { mayRead } from '../../../src/memory/access.ts'
import {
  type Entity,
  type EntityUse,
  type GraphMemory,
  type GraphStore,
  type Link,
  memoriesPerEntity,
  type Shared,
  type TimelineEntry,
} from '../../../src/memory/graph/ports.ts'
import type { AccessRule } from '../../../src/memory/schema.ts'

export function plainGraph(all: readonly GraphMemory[]): GraphStore {
  const newestFirst = all.toSorted((a, b) => b.seq - a.seq)
  const readable = (rule: AccessRule) => newestFirst.filter((one) => one.state === 'active' && mayRead(rule, one))
  const holding = (rule: AccessRule, asOf: number) =>
    readable(rule).filter(({ validFrom, validTo = Number.POSITIVE_INFINITY }) => validFrom <= asOf && asOf < validTo)
  const mentions = (memory: GraphMemory, key: string) => memory.mentions.find((one) => one.key === key)

  function entityOf(key: string, seen: readonly GraphMemory[]): Entity | undefined {
    const named = seen.flatMap((memory) => mentions(memory, key) ?? [])
    const best = named.find(({ kind }) => kind !== 'other') ?? named[0]
    return best && { key, name: best.name, kind: best.kind }
  }
  const keysOf = (memories: readonly GraphMemory[]) => [
    ...new Set(memories.flatMap((memory) => memory.mentions.map(({ key }) => key))),
  ]
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1)

  return {
    async entities(_owner, rule, { asOf, limit, keys, contains }) {
      const seen = holding(rule, asOf)
      return keysOf(seen)
        .filter((key) => keys?.includes(key) ?? true)
        .filter((key) => contains === undefined || key.includes(contains))
        .flatMap((key): EntityUse[] => {
          const entity = entityOf(key, seen)
          return entity ? [{ ...entity, memories: seen.filter((memory) => mentions(memory, key)).length }] : []
        })
        .toSorted((a, b) => b.memories - a.memories || byKey(a, b))
        .slice(0, limit)
    },
    async shared(_owner, rule, id, asOf) {
      const seen = holding(rule, asOf)
      const memory = all.find((one) => one.id === id)
      return (memory?.mentions ?? []).toSorted(byKey).flatMap(({ key }) =>
        seen
          .filter((other) => other.id !== id && mentions(other, key))
          .slice(0, memoriesPerEntity)
          .flatMap(({ id: memoryId, seq }): Shared[] => {
            const entity = entityOf(key, seen)
            return entity ? [{ ...entity, memoryId, seq }] : []
          }),
      )
    },
    async links(_owner, rule, from, asOf) {
      const seen = holding(rule, asOf)
      return from.flatMap((key) => {
        const near = seen.filter((memory) => mentions(memory, key)).slice(0, memoriesPerEntity)
        const found = new Map<string, Link>()
        for (const memory of near) {
          for (const other of memory.mentions.toSorted(byKey)) {
            const to = entityOf(other.key, seen)
            if (other.key === key || found.has(other.key) || to === undefined) continue
            const related = (subject: string, object: string) =>
              memory.relations
                .filter((relation) => relation.subject === subject && relation.object === object)
                .map(({ predicate }) => predicate)
                .toSorted()[0]
            const [forwards, backwards] = [related(key, other.key), related(other.key, key)]
            const predicate = forwards ?? backwards
            found.set(other.key, {
              from: key,
              to,
              memoryId: memory.id,
              relation: predicate === undefined ? undefined : { predicate, reversed: forwards === undefined },
            })
          }
        }
        return [...found.values()]
      })
    },
    async timeline(_owner, rule, key, { from, to, limit, descending }) {
      const sign = descending ? -1 : 1
      return readable(rule)
        .filter((memory) => mentions(memory, key))
        .map((memory) => ({ ...memory, at: memory.occurredAt ?? memory.validFrom }))
        .filter(({ at }) => (from === undefined || at >= from) && (to === undefined || at <= to))
        .toSorted((a, b) => sign * (a.at - b.at || a.seq - b.seq))
        .slice(0, limit)
        .map(({ id, at }): TimelineEntry => ({ memoryId: id, at }))
    },
  }
}
