import type { MemoryId } from '../shared/brand.ts'
import { noSuchMemory } from './change/permitted.ts'
import type { Caller } from './operation.ts'
import type { Memory } from './schema.ts'
import type { MemoryServices } from './services.ts'

/** The memory of an id. @throws Fault `not_found` for what is not there or not for this app */
export async function findMemory(
  { store }: Pick<MemoryServices, 'store'>,
  { ownerId, appId }: Caller,
  id: MemoryId,
): Promise<Memory> {
  const [memory] = await store.get(ownerId, appId, [id])
  if (memory === undefined) throw noSuchMemory()
  return memory
}
