/** Removing a person: their sign-in and their memories, which know nothing of each other. */
import type { Config } from '../config/config.ts'
import type { ErasedAccount } from '../memory/ports.ts'
import type { People } from '../oidc/people.ts'
import { heardEverywhereMs } from '../resource/revoked.ts'
import type { OwnerId } from '../shared/brand.ts'
import { systemClock } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import { pause } from '../shared/pause.ts'
import { assertMemoriesKept } from './kept-here.ts'
import { openMemoryEngine } from './memory-engine.ts'
import { openPeople } from './people.ts'

export interface Removed {
  readonly ownerId: OwnerId
  readonly signIn: boolean
  readonly erased: ErasedAccount
}

/**
 * Takes a person's sign-in away, if they have one here, and waits until every process has heard that their tokens are worth nothing:
 * nobody writes more.
 */
export async function removeSignIn(people: Pick<People, 'remove'>, person: string): Promise<OwnerId | undefined> {
  try {
    const ownerId = await people.remove(person)
    await pause(heardEverywhereMs)
    return ownerId
  } catch (error) {
    if (error instanceof Fault && error.kind === 'not_found') return undefined
    throw error
  }
}

/**
 * For the command line: removes the sign-in of a person, named or by their id, and everything that is kept of them.
 * Somebody whose sign-in is gone already is removed by their id. @throws Fault `not_found` when there is neither
 */
export async function removePersonAndMemories(config: Config, person: string): Promise<Removed> {
  assertMemoriesKept(config)
  const people = await openPeople(config)
  try {
    const removed = await removeSignIn(people, person)
    const ownerId = removed ?? (person as OwnerId)
    const engine = await openMemoryEngine(config)
    try {
      const erased = await engine.store.eraseOwner(ownerId, systemClock.now())
      if (removed === undefined && Object.values(erased).every((count) => count === 0)) {
        throw new Fault('not_found', `Nobody is called "${person}", and there are no memories under that id.`)
      }
      return { ownerId, signIn: removed !== undefined, erased }
    } finally {
      await engine.close()
    }
  } finally {
    await people.close()
  }
}
