/** What an app may see and change of one memory, and what refuses it. Pure. */
import type { ClientId, MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { assertReader, isUnrestricted, mayChange, mayRead } from '../access.ts'
import type { WriteOptions } from '../ports.ts'
import type { AccessRule, Memory, MemoryEvent } from '../schema.ts'

/** A memory, or its tombstone, whose history the app may read. @throws Fault `not_found`, `forbidden` */
export function visible(memory: Memory | undefined, rule: AccessRule): Memory {
  assertReader(rule)
  if (memory === undefined || !mayRead(rule, memory)) throw noSuchMemory()
  return memory
}

/** A memory that is there and that the app may change. @throws Fault `not_found`, `forbidden`, `precondition_failed` */
export function changeable(memory: Memory | undefined, rule: AccessRule, options: WriteOptions): Memory {
  if (memory === undefined || memory.state === 'deleted' || !mayRead(rule, memory)) throw noSuchMemory()
  assertChange(rule, memory, options)
  return memory
}

/** @throws Fault `forbidden`, `precondition_failed` */
export function assertChange(rule: AccessRule, memory: Memory, { ifVersion }: WriteOptions): void {
  if (!mayChange(rule, memory)) {
    throw new Fault('forbidden', 'Its user lets this app change only what it wrote itself.', {
      code: 'app_may_not_change',
    })
  }
  if (ifVersion !== undefined && ifVersion !== memory.version) {
    throw new Fault('precondition_failed', 'The memory was changed in the meantime. Read it again.', {
      code: 'version_mismatch',
      field: 'if-match',
    })
  }
}

/** Stands for each app but its own where an app is limited, which may not know what others there are. No client has such an id. */
const anotherApp = 'another app' as ClientId

/** The other memories of events that a limited app may only see named if it may read them; none for an app that is not limited. */
export const othersToJudge = (rule: AccessRule, events: readonly MemoryEvent[]): readonly MemoryId[] =>
  isUnrestricted(rule) ? [] : [...new Set(events.flatMap(({ otherId }) => otherId ?? []))]

/**
 * An event as an app may see it. One that is limited sees how a memory was before if that could be shown to it then, the other memory
 * (`other`, where it is still known) if it may read that, and of who did it whether it was itself.
 */
export function eventFor(
  rule: AccessRule,
  { appId }: Memory,
  event: MemoryEvent,
  other: Memory | undefined,
): MemoryEvent {
  if (isUnrestricted(rule)) return event
  const { before } = event
  return {
    ...event,
    appId: event.appId === rule.appId ? event.appId : anotherApp,
    before: before !== undefined && mayRead(rule, { appId, categories: before.categories }) ? before : undefined,
    otherId: other !== undefined && mayRead(rule, other) ? event.otherId : undefined,
  }
}

/** Nor does it show by this whether there is one that is somebody else's, or not for this app. */
export const noSuchMemory = (): Fault =>
  new Fault('not_found', 'There is no memory with this id.', { code: 'memory_not_found', field: 'id' })
