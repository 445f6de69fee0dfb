/** The access log: which app was given which memory. */
import { uiClientId } from '../shared/ui-client.ts'
import type { Caller } from './operation.ts'
import type { Reading } from './ports.ts'
import type { MemoryServices } from './services.ts'

/** Keeps readings; it tells a person which apps read what, and so not what they looked at themselves. */
export function logReadings(
  { store }: Pick<MemoryServices, 'store'>,
  { ownerId, appId, nowMs }: Pick<Caller, 'ownerId' | 'appId' | 'nowMs'>,
  readings: readonly Reading[],
): void {
  if (appId !== uiClientId) store.logAccess(ownerId, appId, readings, nowMs)
}
