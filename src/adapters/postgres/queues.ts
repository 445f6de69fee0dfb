/** Runs work of one key in the order in which it came, one at a time; work of different keys side by side. */
export function createQueues<Key>() {
  const last = new Map<Key, Promise<unknown>>()
  return <T>(key: Key, work: () => Promise<T>): Promise<T> => {
    const before = last.get(key)
    const mine = before === undefined ? work() : before.then(work, work)
    // What came before failed or not is its caller's matter.
    const settled = mine.then(
      () => undefined,
      () => undefined,
    )
    last.set(key, settled)
    settled.then(() => {
      if (last.get(key) === settled) last.delete(key)
    })
    return mine
  }
}
