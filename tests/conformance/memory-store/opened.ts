import { afterAll, beforeAll } from 'bun:test'
import type { AddOutcome, Draft, MemoryStore } from '../../../src/memory/ports.ts'
import type { Memory } from '../../../src/memory/schema.ts'
import type { ClientId, OwnerId } from '../../../src/shared/brand.ts'
import { app, draftOf, owner, policyAt, startMs } from '../../support/memories.ts'
import type { OpenedMemoryStore, OpenMemoryStore } from '../memory-store.ts'

export const ada = owner('ada')
export const eve = owner('eve')
export const chat = app('chat')
export const other = app('other')

/** One store for a group of tests, and short ways to write into it. */
export function opened(open: OpenMemoryStore) {
  let here: OpenedMemoryStore | undefined
  beforeAll(async () => {
    here = await open()
  })
  afterAll(() => here?.close())
  const get = (): OpenedMemoryStore => {
    if (here === undefined) throw new Error('the store is opened by beforeAll')
    return here
  }
  return {
    get store(): MemoryStore {
      return get().store
    },
    verify: (ownerId: OwnerId) => get().verify(ownerId),
    async add(text: string, parts: Partial<Draft> = {}, by: ClientId = chat, at = startMs, of = ada): Promise<Memory> {
      const [outcome] = await get().store.add(of, by, [draftOf(text, parts)], policyAt(at))
      return added(outcome)
    },
  }
}

export function added(outcome: AddOutcome | undefined): Memory {
  if (outcome?.memory === undefined) throw new Error(`nothing was added: ${outcome?.status}`)
  return outcome.memory
}

/** The kind of the fault that a promise ends with; `none` when it does not. */
export const faultOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'none'
  } catch (error) {
    return error instanceof Error && 'kind' in error ? String(error.kind) : String(error)
  }
}
