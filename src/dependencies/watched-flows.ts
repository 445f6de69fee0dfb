/**
 * OAuth flows that were left without a word: nobody tells of them, so the process that began one looks at its record when its time is
 * up. What was finished here is not looked at, so a store is asked once for each flow that was abandoned or that another process
 * finished. What is under way when a process ends is not counted.
 */
import type { OidcStores } from '../oidc/ports.ts'
import type { TokenHash } from '../shared/brand.ts'
import type { Clock } from '../shared/clock.ts'
import type { Metrics } from '../shared/metrics.ts'

export interface FlowWatch {
  /** The stores, watched. */
  readonly stores: OidcStores
  /** Counts what is over by now. Runs by itself each second while anything waits; for tests. */
  count(): Promise<void>
}

/** Beyond so many that wait, the oldest are not counted: a flood shows in the limits. */
const mostWaiting = 10_000
/** A request is looked at shortly before its record goes: its record is all that says where it was left. */
const beforeEndMs = 1_500
const everyMs = 1_000

export function watchFlows(stores: OidcStores, metrics: Pick<Metrics, 'flowStep'>, clock: Clock): FlowWatch {
  const requests = createWaiting(clock)
  const codes = createWaiting(clock)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function count(): Promise<void> {
    for (const id of requests.due(beforeEndMs)) {
      const left = await stores.authorizations.find(id)
      if (left !== undefined) metrics.flowStep(left.ownerId === undefined ? 'sign_in' : 'consent', 'abandoned')
    }
    for (const hash of codes.due(0)) {
      // A code that was redeemed leaves a mark; one that is over cannot be taken, so asking changes nothing.
      const { outcome } = await stores.codes.take(hash, 0)
      if (outcome === 'unknown') metrics.flowStep('token', 'abandoned')
    }
  }
  const wake = () => {
    timer ??= setTimeout(async () => {
      // A store that does not answer: what was due then is not counted.
      await count().catch(() => {})
      timer = undefined
      if (requests.size() + codes.size() > 0) wake()
    }, everyMs)
    timer.unref?.()
  }

  return {
    count,
    stores: {
      ...stores,
      authorizations: {
        ...stores.authorizations,
        async create(authorization) {
          await stores.authorizations.create(authorization)
          requests.add(authorization.id, authorization.expiresAt)
          wake()
        },
        async delete(id) {
          requests.remove(id)
          return stores.authorizations.delete(id)
        },
      },
      codes: {
        async create(hash, code) {
          await stores.codes.create(hash, code)
          codes.add(hash, code.expiresAt)
          wake()
        },
        async take(hash, spentUntil) {
          const taken = await stores.codes.take(hash, spentUntil)
          if (taken.outcome === 'taken') codes.remove(hash)
          return taken
        },
      },
    },
  }
}

/** Records of one lifetime, so that the order in which they came is the order in which they end. */
function createWaiting(clock: Clock) {
  const endsAt = new Map<TokenHash, number>()
  return {
    size: () => endsAt.size,
    add(hash: TokenHash, expiresAt: number) {
      endsAt.set(hash, expiresAt * 1000)
      for (const oldest of endsAt.keys()) {
        if (endsAt.size <= mostWaiting) break
        endsAt.delete(oldest)
      }
    },
    remove: (hash: TokenHash) => void endsAt.delete(hash),
    /** Those that end within so long; they wait no more. */
    due(withinMs: number): TokenHash[] {
      const due: TokenHash[] = []
      for (const [hash, end] of endsAt) {
        if (end - withinMs > clock.now()) break
        endsAt.delete(hash)
        due.push(hash)
      }
      return due
    },
  }
}
