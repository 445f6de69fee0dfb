import type { OwnerId } from '../../shared/brand.ts'
import type { Metadata } from '../schema.ts'

/** A person's own settings, as JSON. */
export interface Preferences {
  preferences(ownerId: OwnerId): Promise<Metadata>
  setPreferences(ownerId: OwnerId, value: Metadata): Promise<void>
}

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
   * settings, confirmations and kept results; and leaves a job that does so in a graph elsewhere.
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
