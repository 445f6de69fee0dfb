/** Correcting what is known: a fact that changed, two that say one thing, a change that was a mistake. Called by operations. */
import type { MemoryId } from '../shared/brand.ts'
import { Finding } from '../shared/error-record.ts'
import { Fault } from '../shared/fault.ts'
import { contentHash } from './content.ts'
import { findMemory } from './find-memory.ts'
import { annotationsTogether } from './graph/knowledge.ts'
import type { Caller } from './operation.ts'
import type { MemoryChange } from './ports.ts'
import { cleanText, draftsOf, type NewMemory } from './remember.ts'
import { limits, type Memory, type Source } from './schema.ts'
import type { MemoryServices } from './services.ts'
import { holds } from './text/long-texts.ts'

type Needed = Pick<MemoryServices, 'store' | 'random' | 'settings'>

export interface Corrected {
  /** The memory that holds from now on. */
  readonly memory: Memory
  /** The one that held until then. */
  readonly closed: Memory
  readonly masked: readonly string[]
}

/**
 * Writes what holds now in place of a memory that held until now. What is not said of the new one is taken from the old.
 * @throws Fault those of `MemoryStore.supersede`
 */
export async function supersede(
  services: Needed,
  caller: Caller,
  id: MemoryId,
  given: NewMemory,
  source: Source,
  ifVersion?: number,
): Promise<Corrected> {
  const old = await findMemory(services, caller, id)
  const { drafts, masked } = draftsOf(
    services,
    [{ ...given, categories: given.categories ?? old.categories, speaker: given.speaker ?? old.speaker }],
    source,
  )
  const [draft] = drafts
  if (draft === undefined) throw new Finding('a draft was lost')
  const options = { at: caller.nowMs, ifVersion }
  const result = await services.store.supersede(caller.ownerId, caller.appId, id, draft, options)
  return { ...result, masked: masked[0] ?? [] }
}

/** One memory that says what both said: `text`, or the two texts one after the other. The other one is put away. */
export async function merge(
  services: Needed,
  caller: Caller,
  id: MemoryId,
  otherId: MemoryId,
  text: string | undefined,
  ifVersion?: number,
): Promise<Memory> {
  const [kept, other] = await Promise.all([findMemory(services, caller, id), findMemory(services, caller, otherId)])
  const whole = text ?? (holds(kept.content, other.content) ? kept.content : `${kept.content}\n${other.content}`)
  if (whole.length > limits.textCharacters) {
    throw new Fault('too_large', `Both together are longer than ${limits.textCharacters} characters.`, {
      field: 'text',
    })
  }
  const { text: content } = cleanText(services.settings, whole, 'text')
  const categories = [...new Set([...kept.categories, ...other.categories])].slice(0, limits.categories)
  const change: MemoryChange = {
    content: { text: content, hash: contentHash(content) },
    categories,
    annotations: annotationsTogether(kept.annotations, other.annotations),
  }
  return services.store.merge(caller.ownerId, caller.appId, id, otherId, change, { at: caller.nowMs, ifVersion })
}
