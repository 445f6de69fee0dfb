import type { OidcStores } from '../../src/oidc/ports.ts'
import type { testClock } from '../support/time.ts'

/** One empty engine of its own for a test. The engine's test file closes whatever it opened. */
export interface OpenedStores {
  readonly stores: OidcStores
  readonly clock: ReturnType<typeof testClock>
  /** The stores as another process sees them, at the same time. */
  another(): OidcStores
  /** Closes everything and opens it again, as a restart does. */
  restart(): Promise<OidcStores>
}

export type OpenStores = () => Promise<OpenedStores>

/** Runs `attempt` 100 times at once, half of them in another process's place, and returns every outcome. */
export function race<T>(
  opened: OpenedStores,
  attempt: (stores: OidcStores, index: number) => Promise<T>,
): Promise<T[]> {
  const other = opened.another()
  return Promise.all(Array.from({ length: 100 }, (_, index) => attempt(index % 2 === 0 ? opened.stores : other, index)))
}
