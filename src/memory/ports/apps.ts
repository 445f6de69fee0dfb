import type { ClientId, OwnerId } from '../../shared/brand.ts'
import type { AccessRule, Memory } from '../schema.ts'
import type { Page, PageRequest } from './history.ts'
import type { ListRequest, MemoryPage } from './memories.ts'

/** One app as its user sees it. */
export interface AppUse {
  readonly appId: ClientId
  readonly rule: AccessRule
  readonly memoriesCreated: number
  /** Distinct memories it was given. */
  readonly memoriesAccessed: number
  readonly firstAccessed: number | undefined
  readonly lastAccessed: number | undefined
}

export interface Apps {
  /** Apps that wrote, read or have a rule; at most 1,000. */
  apps(ownerId: OwnerId): Promise<readonly AppUse[]>
  app(ownerId: OwnerId, appId: ClientId): Promise<AppUse | undefined>
  /** What one app was given, the most often given first; as far as `readerId` may read it. */
  accessedBy(
    ownerId: OwnerId,
    readerId: ClientId,
    appId: ClientId,
    page: PageRequest & Pick<ListRequest, 'texts'>,
  ): Promise<Page<{ readonly memory: Memory; readonly count: number }> & Pick<MemoryPage, 'cut'>>
  /** The app's rule, open unless one was set. */
  rule(ownerId: OwnerId, appId: ClientId): Promise<AccessRule>
  /**
   * Makes another rule of the app's rule, with nobody's change in between, and returns it. What was kept for the app's
   * Idempotency-Keys is forgotten: it might not see it any more.
   */
  changeRule(
    ownerId: OwnerId,
    appId: ClientId,
    change: (rule: AccessRule) => AccessRule,
    at: number,
  ): Promise<AccessRule>
}

/** How apps are called: the names their clients registered. */
export interface AppNames {
  /** Names of those that are known. */
  names(appIds: readonly ClientId[]): Promise<ReadonlyMap<ClientId, string>>
}
