import type { Clock } from '../shared/clock.ts'
import { unixSeconds } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import { within } from '../shared/within.ts'
import type { Revocation, RevocationFeed, RevokedKind, Standing } from './ports.ts'

/** By then every process has heard of a revocation: a second (`RevocationFeed`), and a tenth more for a busy machine. */
export const heardEverywhereMs = 1_100

/** A feed that has not been heard for so long may have missed a revocation. */
const staleAfterMs = 5_000

/** How long the first who finds the feed stale waits for it: a process that was asleep or starved has not asked, and nothing is lost. */
const catchUpMs = 1_000

const sweepEverySeconds = 60

/** What of a token each kind of revocation names. */
const named = { token: 'tokenId', family: 'familyId', grant: 'grantId' } as const satisfies Record<
  RevokedKind,
  keyof Standing
>

/** Whether a revocation ends a token, or what an authorization with this token holds open. */
export const isRevokedBy = (token: Omit<Standing, 'expiresAt'>, { kind, id }: Revocation): boolean =>
  token[named[kind]] === id

/** The live revocations, kept from the feed. `onRevoked` hears each as it comes. */
export interface RevokedTokens {
  /** Resolves when all that was revoked before is known. */
  ready(): Promise<void>
  /** Resolves when the feed is not stale, or was asked in vain; in the 5 s after that nobody else waits for it. `undefined`: no wait. */
  current(): Promise<void> | undefined
  /** Throws `Fault('unavailable')` when the feed was lost for over 5 s: then no token can be judged. */
  has(token: Standing): boolean
  close(): void
}

/** Listens to the feed from now on, until `close`. What a token would have outlived is dropped once a minute. */
export function followRevocations(
  feed: RevocationFeed,
  clock: Clock,
  onRevoked: (revocation: Revocation) => void,
): RevokedTokens {
  /** Until when each is to be kept, Unix seconds. */
  const live: Readonly<Record<RevokedKind, Map<string, number>>> = {
    token: new Map(),
    family: new Map(),
    grant: new Map(),
  }
  let sweepAt = 0
  const add = (revocation: Revocation) => {
    live[revocation.kind].set(revocation.id, revocation.expiresAt)
    onRevoked(revocation)
    const now = unixSeconds(clock)
    if (now < sweepAt) return
    sweepAt = now + sweepEverySeconds
    for (const ids of Object.values(live)) {
      for (const [id, expiresAt] of ids) if (expiresAt <= now) ids.delete(id)
    }
  }
  const unsubscribe = feed.subscribe(add)
  let loading: Promise<void> | undefined
  let loaded = false
  const load = async () => {
    const { revocations } = await feed.since(undefined)
    for (const revocation of revocations) add(revocation)
    loaded = true
  }
  const isStale = () => clock.now() - feed.freshAt() > staleAfterMs
  let asking: Promise<void> | undefined
  let inVainAt = Number.NEGATIVE_INFINITY
  const ask = async () => {
    await within(catchUpMs, feed.catchUp())
    asking = undefined
    if (isStale()) inVainAt = clock.now()
  }
  return {
    current() {
      if (!isStale() || clock.now() - inVainAt < staleAfterMs) return undefined
      asking ??= ask()
      return asking
    },
    ready() {
      if (loaded) return Promise.resolve()
      loading ??= load().finally(() => {
        loading = undefined
      })
      return loading
    },
    has({ tokenId, familyId, grantId }) {
      if (isStale()) void feed.catchUp()
      if (isStale()) {
        throw new Fault('unavailable', 'Revocations cannot be checked now.', { retryAfterSeconds: 2 })
      }
      return (
        live.token.has(tokenId) ||
        (familyId !== undefined && live.family.has(familyId)) ||
        (grantId !== undefined && live.grant.has(grantId))
      )
    },
    close: unsubscribe,
  }
}
