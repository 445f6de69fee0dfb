import type { OwnerId } from '../../shared/brand.ts'

/** How much of a person was removed. */
export interface ErasedAccount {
  readonly memories: number
  readonly events: number
  readonly readings: number
  readonly rules: number
}

export interface Accounts {
  /**
   * Removes everything that is kept of a person: memories and tombstones, index, vectors, entities, events, readings, rules,
   * settings, confirmations and kept results; and leaves a job that does so in a graph elsewhere. From then on every write that was
   * asked for before `at` is `Fault('conflict')` (`account_erased`). Where it is done in portions so is every write until it is done, at
   * most for ten minutes if the process ends in between; asking again does the rest, and counts that.
   */
  eraseOwner(ownerId: OwnerId, at: number): Promise<ErasedAccount>
}

export interface Profile {
  readonly name?: string
  readonly email?: string
  readonly nickname?: string
}

/** Who a person is, as far as they told at sign-in. */
export interface Profiles {
  profile(ownerId: OwnerId): Promise<Profile | undefined>
}
