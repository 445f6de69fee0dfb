import type { OwnerId } from '../../shared/brand.ts'
import type { Metadata } from '../schema.ts'

/** A person's own settings, as JSON. */
export interface Preferences {
  preferences(ownerId: OwnerId): Promise<Metadata>
  /** Makes other settings of those that are kept, with nobody's change in between, and returns them. */
  changePreferences(ownerId: OwnerId, change: (kept: Metadata) => Metadata, at: number): Promise<Metadata>
}
