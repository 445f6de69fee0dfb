/** How many there are of each key. A key of which none are left takes no room. */
export interface Counts {
  of(key: string): number
  add(key: string, by: number): void
}

export function createCounts(): Counts {
  const counts = new Map<string, number>()
  return {
    of: (key) => counts.get(key) ?? 0,
    add(key, by) {
      const now = (counts.get(key) ?? 0) + by
      if (now > 0) counts.set(key, now)
      else counts.delete(key)
    },
  }
}
