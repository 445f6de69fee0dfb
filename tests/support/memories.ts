import { contentHash } from '../../src/memory/content.ts'
import { noAnnotations } from '../../src/memory/graph/schema.ts'
import type { LinkedRequest } from '../../src/memory/index/ports.ts'
import type { Caller } from '../../src/memory/operation.ts'
import type { AddPolicy, Draft, MemoryStore, OnceClaim } from '../../src/memory/ports.ts'
import type { AccessRule, Memory } from '../../src/memory/schema.ts'
import type { ClientId, MemoryId, OwnerId } from '../../src/shared/brand.ts'
import { createRandom } from '../../src/shared/random.ts'

export const startMs = Date.UTC(2026, 10, 1)
const random = createRandom({ now: () => startMs })

export const owner = (name: string): OwnerId => name as OwnerId
export const app = (name: string): ClientId => name as ClientId
export const memoryId = (): MemoryId => random.id() as MemoryId

/** A claim of a key; by another `token` it is another request's. */
export const onceClaim = (key: string, token = 'token'): OnceClaim => ({ key, token })

export function draftOf(content: string, parts: Partial<Draft> = {}): Draft {
  return {
    id: memoryId(),
    content,
    contentHash: contentHash(content),
    speaker: { kind: 'self' },
    categories: [],
    metadata: {},
    annotations: noAnnotations,
    threadId: undefined,
    occurredAt: undefined,
    validFrom: undefined,
    source: 'tool',
    ...parts,
  }
}

export const policyAt = (at = startMs, parts: Partial<AddPolicy> = {}): AddPolicy => ({
  at,
  threadGapMs: 30 * 60_000,
  recalledSince: at - 10 * 60_000,
  isEcho: () => false,
  ...parts,
})

export function memoryOf(content: string, parts: Partial<Memory> = {}): Memory {
  return {
    id: memoryId(),
    ownerId: owner('ada'),
    appId: app('app'),
    speaker: { kind: 'self' },
    content,
    contentHash: contentHash(content),
    state: 'active',
    categories: [],
    metadata: {},
    annotations: noAnnotations,
    threadId: 'thread',
    position: 0,
    occurredAt: undefined,
    validFrom: startMs,
    validTo: undefined,
    supersedes: undefined,
    source: 'tool',
    createdAt: startMs,
    updatedAt: startMs,
    version: 1,
    ...parts,
  }
}

export const callerOf = (ownerId: string, appId: string, parts: Partial<Caller> = {}): Caller => ({
  ownerId: owner(ownerId),
  appId: app(appId),
  scopes: new Set(['memories:read', 'memories:write']),
  nowMs: startMs,
  ...parts,
})

/** What is linked to entities, among an owner's active memories. */
export const entitiesFor = (appId: ClientId, ...keys: string[]): LinkedRequest => ({
  keys: () => keys,
  appId,
  filter: { states: ['active'], asOf: startMs },
})

/** Lets an app do what the rule says, whatever it might do before. */
export const setRule = (store: MemoryStore, ownerId: OwnerId, rule: AccessRule, at = startMs): Promise<AccessRule> =>
  store.changeRule(ownerId, rule.appId, () => rule, at)
