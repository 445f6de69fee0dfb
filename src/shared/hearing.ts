/** Who listens to something that is polled for: it is asked for while anybody listens, and not otherwise. */
export interface Hearing<T> {
  tell(value: T): void
  /** Returns how to stop. `listener` must not throw. */
  subscribe(listener: (value: T) => void): () => void
  /** Nobody listens any more. */
  stop(): void
}

/** Polls at once when the first listener comes, and every `everyMs` milliseconds from then on; never keeps the process alive. */
export function createHearing<T>(poll: () => void, everyMs: number): Hearing<T> {
  const listeners = new Set<(value: T) => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  const rest = () => {
    clearInterval(timer)
    timer = undefined
  }
  return {
    tell(value) {
      for (const listener of listeners) listener(value)
    },
    subscribe(listener) {
      listeners.add(listener)
      if (timer === undefined) {
        poll()
        timer = setInterval(poll, everyMs)
        timer.unref?.()
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) rest()
      }
    },
    stop() {
      rest()
      listeners.clear()
    },
  }
}
