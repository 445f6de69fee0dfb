/** What comes of what a model derived from a memory's text. Pure. */
import type { ClientId } from '../../shared/brand.ts'
import type { Memory } from '../schema.ts'
import type { ChangeSet } from './set.ts'
import { updated } from './update.ts'

interface Derived {
  readonly categories: readonly string[]
  readonly occurredAt: number | undefined
}

/** Whether a derivation still belongs to a memory: it has the text that was read. */
export const isOfText = (memory: Memory | undefined, contentHash: string): memory is Memory =>
  memory !== undefined && memory.state !== 'deleted' && memory.contentHash === contentHash

/**
 * What of a model's derivation a memory takes over: only what it has not. A category by which the person limits an app
 * (`ruled`, of all their rules) is theirs to give: a text must not talk a model into showing it to an app. Undefined: nothing.
 */
export function takingOver(
  before: Memory,
  { categories, occurredAt }: Derived,
  ruled: ReadonlySet<string>,
  { appId, at }: { readonly appId: ClientId; readonly at: number },
): { readonly memory: Memory; readonly changes: ChangeSet } | undefined {
  const given = categories.filter((name) => !ruled.has(name))
  const change: Partial<Memory> = {
    ...(before.categories.length === 0 && given.length > 0 ? { categories: given } : {}),
    ...(before.occurredAt === undefined && occurredAt !== undefined ? { occurredAt } : {}),
  }
  return Object.keys(change).length === 0 ? undefined : updated(before, change, appId, at)
}
