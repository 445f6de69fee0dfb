/** Where memories stand in their threads. Pure. */

export interface Place {
  readonly threadId: string
  /** From 0; no two of a thread have the same. */
  readonly position: number
}

/** Tells places apart in a set of them. */
export const placeKey = ({ threadId, position }: Place): string => `${position} ${threadId}`

export interface Places {
  /** Behind all others of the thread. */
  behind(threadId: string): Place
  /** The place that a memory had, unless another one stands there: then behind all others. */
  again(threadId: string, position: number | undefined): Place
  /** Whether somebody stood behind it before the write. */
  isAmid(place: Place): boolean
}

/**
 * Gives the memories of one write their places. `firstFree` says behind which place nobody stands before the write, `isTaken`
 * whether somebody stands at one.
 */
export function createPlaces(
  firstFree: (threadId: string) => number,
  isTaken: (place: Place) => boolean = () => false,
): Places {
  const firsts = new Map<string, number>()
  /** Behind what this write has given. */
  const ends = new Map<string, number>()
  const given = new Set<string>()

  function freeBefore(threadId: string): number {
    const first = firsts.get(threadId) ?? firstFree(threadId)
    firsts.set(threadId, first)
    return first
  }

  const free = (threadId: string): number => Math.max(freeBefore(threadId), ends.get(threadId) ?? 0)

  function give(place: Place): Place {
    given.add(placeKey(place))
    ends.set(place.threadId, Math.max(ends.get(place.threadId) ?? 0, place.position + 1))
    return place
  }

  const behind = (threadId: string): Place => give({ threadId, position: free(threadId) })
  return {
    behind,
    isAmid: ({ threadId, position }) => position < freeBefore(threadId),
    again(threadId, position) {
      if (position === undefined) return behind(threadId)
      const wanted = { threadId, position }
      return given.has(placeKey(wanted)) || isTaken(wanted) ? behind(threadId) : give(wanted)
    },
  }
}
